"""Clients, their roles and the tokens they are given.

Facts: http-contracts section 1. Time: `now()` gives epoch seconds. In the simulated
tier it is the virtual stopwatch laid over the calendar's start, so tokens expire on
virtual time; in the wire tier the world passes the machine's `time.time`, because
real builds check `exp` of their own admin endpoints against it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulators.auth.keys import FIRST, next_id, sign
from simulators.clock import DEFAULT_CALENDAR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulators.clock import Clock

LIFETIME = 1199
"""Seconds a token lives (http-contracts 1.1)."""

ISSUER = "http://localhost:8090/auth/issuer"

_NOMIS = "ROLE_NOMIS_PRISONER_API__SYNCHRONISATION__RW"
_MAPPING = "ROLE_NOMIS_MAPPING_API__SYNCHRONISATION__RW"
_NOTES = "ROLE_PRISONER_CASE_NOTES__SYNC__RW"

TO_NOMIS_ROLES = frozenset({_NOMIS, _MAPPING, _NOTES, "ROLE_PRISONER_ALERTS__RO"})
FROM_NOMIS_ROLES = frozenset(
    {_NOMIS, _MAPPING, _NOTES, "ROLE_PRISONER_ALERTS__RW", "ROLE_NOMIS_ALERTS"}
)
OWN_ROLES: dict[str, frozenset[str]] = {
    "dps": frozenset(
        {
            "ROLE_PRISONER_ALERTS__RO",
            "ROLE_PRISONER_CASE_NOTES__SYSTEM_GENERATED__RW",
            "ROLE_PRISONER_SEARCH__PRISONER__RO",
            "ROLE_PRISON_API__SERVICE_AGENCY_SWITCHES__RO",
        }
    ),
    "alerts": frozenset({"ROLE_PRISONER_SEARCH__PRISONER__RO"}),
    "prisoner-search": frozenset({_NOMIS}),
}
"""What the fakes need of each other (http-contracts 1.4); others: any valid token."""


@dataclass(frozen=True, slots=True)
class Client:
    """A registered client: its secret and the roles its tokens carry."""

    client_id: str
    secret: str
    roles: frozenset[str]


class AuthModel:
    """Who may ask for tokens, and what is in them."""

    def __init__(self, clock: Clock, now: Callable[[], float] | None = None) -> None:
        """Start without clients; `now` gives epoch seconds (see the module)."""
        self.clients: dict[str, Client] = {}
        self.outbox: list[Any] = []
        self._clock = clock
        self._start = DEFAULT_CALENDAR.timestamp()
        self._now = now
        self._issued: Counter[str] = Counter()
        self._revoked: dict[str, int] = {}
        self.key_id = FIRST

    def now(self) -> float:
        """Epoch seconds by which tokens are issued and expire."""
        if self._now is not None:
            return self._now()
        return self._start + self._clock.stopwatch()

    def register(self, client_id: str, secret: str, roles: Iterable[str]) -> Client:
        """Add a client, or replace the one of that id."""
        client = Client(client_id, secret, frozenset(roles))
        self.clients[client_id] = client
        return client

    def client(self, client_id: str, secret: str) -> Client | None:
        """Return the client if the secret is right."""
        client = self.clients.get(client_id)
        return client if client is not None and client.secret == secret else None

    def revoke(self, prefix: str) -> None:
        """Make every token so far of the clients whose id begins so invalid."""
        for name in self.clients:
            if name.startswith(prefix):
                self._revoked[name] = self._issued[name]

    def is_revoked(self, subject: str, token_id: str) -> bool:
        """Tell whether the token of that `jti` was revoked."""
        last = self._revoked.get(subject, 0)
        return last > 0 and int(token_id.rpartition("-")[2], 16) <= last

    def rotate_keys(self) -> None:
        """Sign with a new key; what the old one signed is invalid from now on."""
        self.key_id = next_id(self.key_id)

    def mint(
        self,
        subject: str,
        client_id: str,
        roles: Iterable[str],
        user: str | None = None,
        lifetime: int = LIFETIME,
    ) -> str:
        """Sign a token; with `user` it is linked to that username, as a UI's is."""
        answer = self.issue(subject, client_id, roles, user, lifetime)
        return str(answer["access_token"])

    def issue(
        self,
        subject: str,
        client_id: str,
        roles: Iterable[str],
        user: str | None = None,
        lifetime: int = LIFETIME,
    ) -> dict[str, Any]:
        """Sign a token and return the whole answer of `POST /auth/oauth/token`."""
        self._issued[subject] += 1
        issued = int(self.now())
        # Counted by subject, so that a program's tokens are alike in every world that
        # runs on virtual time: signing one takes longer than most calls.
        token_id = f"{subject}-{self._issued[subject]:06x}"
        claims: dict[str, Any] = {
            "sub": subject,
            "client_id": client_id,
            "authorities": tuple(sorted(roles)),
            "scope": ("read", "write"),
            "auth_source": "nomis" if user else "none",
            "grant_type": "client_credentials",
            "iss": ISSUER,
            "iat": issued,
            "exp": issued + lifetime,
            "jti": token_id,
        }
        if user:
            claims["user_name"] = user
        return {
            "access_token": sign(tuple(claims.items()), self.key_id),
            "token_type": "bearer",
            "expires_in": lifetime,
            "scope": "read write",
            "sub": subject,
            "auth_source": claims["auth_source"],
            "jti": token_id,
            "iss": ISSUER,
        }
