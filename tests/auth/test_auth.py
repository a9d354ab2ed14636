"""Fake hmpps-auth: tokens for client credentials, keys, checks (section 1)."""

from __future__ import annotations

import contextlib
import threading
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from simulators import auth
from simulators.auth import keys
from simulators.clock import Clock, virtual_loop
from simulators.journal import Journal
from simulators.wire.message import Request, Response
from simulators.wire.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from simulators.wire.message import OutboxEvent

FORM = b"grant_type=client_credentials"


class Desk:
    """The auth fake on a Wire, and a checker of its tokens."""

    def __init__(self, now: Callable[[], float] | None = None) -> None:
        self.clock = Clock(seed=7)
        self.journal = Journal(self.clock)
        service = auth.build(self.clock, now)
        self.model: auth.AuthModel = service.model
        self.model.register("sync-client", "s3cr:et", ["ROLE_B", "ROLE_A"])
        self.checker = auth.TokenChecker(self.model)
        self.wire = Wire(self.clock, self.journal, self.checker, _nothing)
        self.wire.add(service)

    async def ask(
        self, body: bytes = FORM, credentials: str | None = "sync-client:s3cr:et"
    ) -> Response:
        """Ask for a token; `credentials` is `id:secret`, None sends no header."""
        headers = {"content-type": "application/x-www-form-urlencoded"}
        if credentials is not None:
            headers["authorization"] = (
                f"Basic {b64encode(credentials.encode()).decode()}"
            )
        request = Request("POST", "/auth/oauth/token", "", headers, body)
        return await self.wire.handle("auth", request)

    async def keys(self) -> dict[str, Any]:
        """Return the published key set."""
        request = Request("GET", "/auth/.well-known/jwks.json")
        document: dict[str, Any] = (await self.wire.handle("auth", request)).json()
        return document


async def _nothing(service: str, events: list[OutboxEvent], cause: str | None) -> None:
    """Auth causes no events."""


@pytest.fixture
def play() -> Iterator[Callable[[Callable[[Desk], Awaitable[None]]], None]]:
    """Yield a player of one scene on virtual time."""
    loop = virtual_loop()

    def run(scene: Callable[[Desk], Awaitable[None]]) -> None:
        async def whole() -> None:
            await scene(Desk())

        loop.run_until_complete(whole())

    yield run
    loop.close()


def test_client_credentials_buy_a_token(play: Any) -> None:
    """The answer has the fields of 1.1 and the token the claims of 1.3."""

    async def scene(desk: Desk) -> None:
        response = await desk.ask()
        assert response.status == 200
        document = response.json()
        assert document["token_type"] == "bearer"
        assert document["expires_in"] == 1199
        assert document["sub"] == "sync-client"
        key = jwt.PyJWK((await desk.keys())["keys"][0])
        options: Any = {"verify_exp": False}
        claims = jwt.decode(
            document["access_token"], key.key, algorithms=["RS256"], options=options
        )
        assert claims["sub"] == claims["client_id"] == "sync-client"
        assert claims["authorities"] == ["ROLE_A", "ROLE_B"]
        assert claims["exp"] - claims["iat"] == 1199
        assert claims["jti"] == document["jti"]
        assert claims["iss"] == document["iss"]

    play(scene)


def test_the_key_set_is_a_standard_one(play: Any) -> None:
    """RSA, RS256, for signatures, with the id that the token header names (1.2)."""

    async def scene(desk: Desk) -> None:
        [key] = (await desk.keys())["keys"]
        assert {name: key[name] for name in ("kty", "alg", "use", "e")} == {
            "kty": "RSA",
            "alg": "RS256",
            "use": "sig",
            "e": "AQAB",
        }
        assert "d" not in key
        token = (await desk.ask()).json()["access_token"]
        assert jwt.get_unverified_header(token)["kid"] == key["kid"]

    play(scene)


def test_the_scope_of_offender_case_notes_is_accepted(play: Any) -> None:
    """offender-case-notes sends scope=read besides the grant."""

    async def scene(desk: Desk) -> None:
        assert (await desk.ask(FORM + b"&scope=read")).status == 200

    play(scene)


@pytest.mark.parametrize(
    "secret", [None, "sync-client:wrong", "nobody:s3cr:et", "sync-client", ":", "é"]
)
def test_bad_credentials_are_401_invalid_client(play: Any, secret: str | None) -> None:
    """Unknown client, wrong, missing or unreadable secret: one and the same answer."""

    async def scene(desk: Desk) -> None:
        response = await desk.ask(credentials=secret)
        assert response.status == 401
        assert response.json()["error"] == "invalid_client"

    play(scene)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "invalid_request"),
        (b"scope=read", "invalid_request"),
        (b"grant_type=password", "unsupported_grant_type"),
        (b"grant_type=\xff", "invalid_request"),
    ],
)
def test_other_grants_are_refused(play: Any, body: bytes, error: str) -> None:
    """Only client credentials are issued; the answer names what is wrong."""

    async def scene(desk: Desk) -> None:
        response = await desk.ask(body)
        assert (response.status, response.json()["error"]) == (400, error)
        assert desk.wire.broken == []

    play(scene)


def test_a_token_may_be_linked_to_a_user(play: Any) -> None:
    """A user-linked token has the username as its subject, and says whose client."""

    async def scene(desk: Desk) -> None:
        document = (await desk.ask(FORM + b"&username=ABC12D_GEN")).json()
        caller = desk.checker.check(document["access_token"])
        assert caller is not None
        assert (caller.subject, caller.client_id) == ("ABC12D_GEN", "sync-client")
        assert caller.claims["user_name"] == "ABC12D_GEN"
        minted = desk.model.mint("XYZ98K_GEN", "ui", ["ROLE_UI"], user="XYZ98K_GEN")
        linked = desk.checker.check(minted)
        assert linked is not None
        assert linked.roles == {"ROLE_UI"}

    play(scene)


def test_secrets_and_tokens_stay_out_of_the_journal(play: Any) -> None:
    """A journal kept as a CI artefact gives nobody a way in."""

    async def scene(desk: Desk) -> None:
        token = (await desk.ask(FORM + b"&client_secret=hush")).json()["access_token"]
        kept = str([entry.as_dict() for entry in desk.journal.entries])
        assert "s3cr" not in kept
        assert "hush" not in kept
        assert token not in kept

    play(scene)


def test_tokens_expire_on_the_stopwatch(play: Any) -> None:
    """In virtual time a token dies after 1199 virtual seconds, remembered or not."""

    async def scene(desk: Desk) -> None:
        token = (await desk.ask()).json()["access_token"]
        fresh = auth.TokenChecker(desk.model)
        assert desk.checker.check(token) is not None
        await desk.clock.sleep(1198.5)
        assert desk.checker.check(token) is not None
        await desk.clock.sleep(1.0)
        assert desk.checker.check(token) is None
        assert fresh.check(token) is None

    play(scene)


def test_setting_the_calendar_expires_nothing(play: Any) -> None:
    """Scenarios move the calendar by months; tokens follow the stopwatch."""

    async def scene(desk: Desk) -> None:
        token = (await desk.ask()).json()["access_token"]
        desk.clock.set_calendar(desk.clock.now().replace(year=2027))
        assert desk.checker.check(token) is not None

    play(scene)


def test_in_the_wire_tier_exp_is_real_time() -> None:
    """Real builds hold `exp` against their machine's clock, so the world passes it."""
    desk = Desk(now=time.time)
    token = desk.model.mint("sub", "client", [])
    key = jwt.PyJWK(keys.key_set()["keys"][0]).key
    claims = jwt.decode(token, key, algorithms=["RS256"])
    assert 0 < claims["exp"] - time.time() <= 1199


def test_foreign_and_damaged_tokens_are_nobody(play: Any) -> None:
    """Another key, no signature, missing claims, a changed letter: no caller."""

    async def scene(desk: Desk) -> None:
        good = desk.model.mint("sub", "client", ["ROLE_A"])
        claims = {"sub": "sub", "authorities": ["ROLE_A"], "exp": 4_000_000_000}
        other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        own = keys.private_key()
        head, body, signature = good.split(".")
        no_roles = {"sub": "sub", "exp": 4_000_000_000}
        no_end = {"sub": "sub", "authorities": []}
        bad = [
            "",
            "x",
            f"{head}.{body}.",
            f"{head}.{body[:-1]}A.{signature}",
            jwt.encode(claims, other, algorithm="RS256"),
            jwt.encode(claims, "k" * 32, algorithm="HS256"),
            jwt.encode(no_roles, own, algorithm="RS256"),
            jwt.encode(no_end, own, algorithm="RS256"),
        ]
        assert desk.checker.check(good) is not None
        assert [desk.checker.check(token) for token in bad] == [None] * len(bad)

    play(scene)


def test_a_fake_renews_its_own_token(play: Any) -> None:
    """A fake calls others for hours with tokens that are never about to expire."""

    async def scene(desk: Desk) -> None:
        first = desk.checker.own("dps")
        assert desk.checker.own("dps") == first
        caller = desk.checker.check(first)
        assert caller is not None
        assert caller.client_id == "dps-client"
        assert "ROLE_PRISONER_SEARCH__PRISONER__RO" in caller.roles
        await desk.clock.sleep(1150)
        second = desk.checker.own("dps")
        assert second != first
        assert desk.checker.check(second) is not None

    play(scene)


def test_a_client_may_be_registered_again(play: Any) -> None:
    """The last registration of a client counts, for its secret and its roles."""

    async def scene(desk: Desk) -> None:
        desk.model.register("sync-client", "new", ["ROLE_C"])
        assert (await desk.ask()).status == 401
        token = (await desk.ask(credentials="sync-client:new")).json()["access_token"]
        caller = desk.checker.check(token)
        assert caller is not None
        assert caller.roles == {"ROLE_C"}

    play(scene)


def test_equal_worlds_issue_equal_tokens(play: Any) -> None:
    """On virtual time the same seed and calls give the same tokens."""

    async def scene(desk: Desk) -> None:
        twin = Desk()
        assert (await desk.ask()).body == (await twin.ask()).body

    play(scene)


def test_an_unknown_path_of_auth_is_404_without_a_token(play: Any) -> None:
    """Nothing at auth asks for a token, so unknown paths answer as such."""

    async def scene(desk: Desk) -> None:
        for method, path, status in (
            ("GET", "/auth/nowhere", 404),
            ("GET", "/auth/oauth/token", 405),
            ("GET", "/auth/health/ping", 200),
            ("GET", "/health/ping", 200),
        ):
            response = await desk.wire.handle("auth", Request(method, path))
            assert response.status == status, path

    play(scene)


def test_a_revoked_token_is_nobody_and_the_next_is_good(play: Any) -> None:
    """Revoking hits the tokens given so far, of the clients named, and no other."""

    async def scene(desk: Desk) -> None:
        desk.model.register("sync-other", "secret", ["ROLE_A"])
        desk.model.register("ui", "secret", ["ROLE_A"])
        old = [desk.model.mint(name, name, []) for name in ("sync-other", "ui")]
        desk.model.revoke("sync-")
        assert [desk.checker.check(token) is None for token in old] == [True, False]
        fresh = desk.model.mint("sync-other", "sync-other", [])
        assert desk.checker.check(fresh) is not None

    play(scene)


def test_new_keys_end_every_token_of_before(play: Any) -> None:
    """What the old key signed is nobody's; the key set names the new key alone."""

    async def scene(desk: Desk) -> None:
        old, own = desk.model.mint("sub", "client", []), desk.checker.own("dps")
        assert desk.checker.check(old) is not None
        desk.model.rotate_keys()
        assert desk.checker.check(old) is None
        assert desk.checker.check(own) is None
        assert desk.checker.check(desk.checker.own("dps")) is not None
        token = desk.model.mint("sub", "client", [])
        assert desk.checker.check(token) is not None
        response = await desk.wire.handle(
            "auth", Request("GET", "/auth/.well-known/jwks.json")
        )
        (key,) = response.json()["keys"]
        assert key["kid"] == jwt.get_unverified_header(token)["kid"] != keys.FIRST

    play(scene)


def test_worlds_that_start_in_threads_share_their_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One key an id and process: what one thread signs, another believes."""
    made = []
    begun = threading.Barrier(2)

    def slowly(**_: Any) -> object:
        made.append(object())
        # Passed at once where both threads are in here; else it gives up.
        with contextlib.suppress(threading.BrokenBarrierError):
            begun.wait(0.3)
        return made[-1]

    monkeypatch.setattr(rsa, "generate_private_key", slowly)
    monkeypatch.setattr(keys, "_keys", {})
    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(keys.private_key, ["two-worlds"] * 2))
    assert found[0] is found[1]
    assert len(made) == 1
