"""Manage users: who a username is, for DPS case notes and the alerts API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.periphery.errors import error
from simulators.wire.message import answer

if TYPE_CHECKING:
    from simulators.clock import Clock
    from simulators.wire.message import OutboxEvent, Response
    from simulators.wire.service import Call

SYSTEM_USER = "PRISONER_MANAGER_API"
AUTH_SOURCES = ("nomis", "delius", "auth", "azuread")


@dataclass(frozen=True, slots=True)
class User:
    """One user; `user_id` is the NOMIS staff id as text for a `nomis` user."""

    username: str
    name: str
    auth_source: str
    user_id: str
    uuid: str | None
    active: bool
    caseload: str | None


class ManageUsersModel:
    """All users known to DPS, whatever their source."""

    def __init__(self, clock: Clock) -> None:
        """Start with the account that DPS case notes looks up when it starts."""
        self._clock = clock
        self.outbox: list[OutboxEvent] = []
        self.users: dict[str, User] = {}
        self.add_user(SYSTEM_USER, "Prisoner Manager API", "nomis", "2")

    def add_user(
        self,
        username: str,
        name: str,
        auth_source: str = "nomis",
        user_id: str | None = None,
        *,
        uuid: str | None = None,
        active: bool = True,
        caseload: str | None = None,
    ) -> User:
        """Add or replace a user; `user_id` and `uuid` are drawn when not given."""
        if auth_source not in AUTH_SOURCES:
            known = ", ".join(AUTH_SOURCES)
            raise ValueError(f"auth source {auth_source!r} is none of {known}")
        drawn = self._clock.uuid4("manage-users")
        user = User(
            username=username,
            name=name,
            auth_source=auth_source,
            user_id=user_id or drawn,
            uuid=uuid or drawn,
            active=active,
            caseload=caseload,
        )
        self.users[username] = user
        return user

    def remove_user(self, username: str) -> None:
        """Forget a user: a leaver whose notes stay."""
        self.users.pop(username, None)


def get_user(model: ManageUsersModel, call: Call) -> Response:
    """Answer who a username is."""
    username = call.path["username"]
    user = model.users.get(username)
    if user is None:
        return error(404, f"User not found: Account for username {username} not found")
    return answer(
        200,
        {
            "username": user.username,
            "active": user.active,
            "name": user.name,
            "authSource": user.auth_source,
            "activeCaseLoadId": user.caseload,
            "userId": user.user_id,
            "uuid": user.uuid,
        },
    )
