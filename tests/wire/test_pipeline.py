"""One call passes the Wire in the order of the real services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulators.wire.message import Request, Response, answer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from simulators.wire.service import Call
    from tests.wire.example import Shop

    Play = Callable[[Callable[[Shop], Awaitable[None]]], None]

NOTES = "/prisoners/A1234BC/notes"
GOOD = b'{"text": "Met on the wing."}'


def last(shop: Shop, kind: str) -> dict[str, Any]:
    """Return the last journal entry of a kind as plain data."""
    return shop.entries(kind)[-1].as_dict()


def test_a_good_call_writes_and_publishes_and_is_journalled(play: Play) -> None:
    """A note created is answered, its event published, request and answer kept."""

    async def scene(shop: Shop) -> None:
        headers = shop.headers("ROLE_NOTES__RW", username="ABC12D_GEN")
        headers["x-tandem-cause"] = "message-1"
        response = await shop.call("POST", NOTES, GOOD, headers)
        assert response.status == 201
        assert response.json()["id"] == 100_000_001
        request, reply = last(shop, "request"), last(shop, "response")
        assert request["service"] == "example"
        assert request["operation"] == "create_note"
        assert request["client"] == "shelf-client"
        assert request["user"] == "ABC12D_GEN"
        assert request["subjects"] == ["A1234BC"]
        assert request["body"] == {"text": "Met on the wing."}
        assert (request["cause"], request["certainty"]) == ("message-1", "certain")
        assert reply["request"] == request["seq"]
        assert (reply["status"], reply["sent"], reply["wrote"]) == (201, 201, True)
        assert (reply["fault"], reply["lost"]) == (None, False)
        assert reply["subjects"] == ["100000001", "A1234BC"]
        [(service, events, cause)] = shop.published
        assert (service, cause) == ("example", f"request:{request['seq']}")
        assert [event.type for event in events] == ["note.created"]
        assert shop.example.outbox == []

    play(scene)


def test_without_a_user_header_the_token_speaks(play: Play) -> None:
    """The user of a call is the token's subject, the cause unknown without header."""

    async def scene(shop: Shop) -> None:
        await shop.call("POST", NOTES, GOOD)
        request = last(shop, "request")
        assert request["user"] == "SHELF_USER"
        assert (request["cause"], request["certainty"]) == (None, "unknown")

    play(scene)


def test_no_token_is_401_with_an_empty_body(play: Play) -> None:
    """Missing, malformed, foreign and basic credentials: 401, before all else."""

    async def scene(shop: Shop) -> None:
        for header in ("", "Bearer", "Bearer ", "Bearer x.y.z", "Basic YTpi"):
            response = await shop.call("POST", NOTES, b"{", {"authorization": header})
            assert (response.status, response.body) == (401, b"")
            assert response.headers["www-authenticate"].startswith("Bearer")
            assert last(shop, "request")["client"] is None
        assert shop.notes == {}

    play(scene)


def test_an_unknown_path_asks_for_the_token_first(play: Play) -> None:
    """The security filter stands before dispatch: 401, and only then 404 or 405."""

    async def scene(shop: Shop) -> None:
        assert (await shop.call("GET", "/nowhere", headers={})).status == 401
        assert (await shop.call("GET", "/nowhere")).status == 404
        assert (await shop.call("PATCH", "/notes/1")).status == 405
        assert (await shop.call("HEAD", "/notes/1")).status == 405
        assert last(shop, "request")["operation"] is None

    play(scene)


def test_a_bad_body_is_400_even_without_the_role(play: Play) -> None:
    """Spring binds the body before the role check: 400 wins over 403 (0.3)."""

    async def scene(shop: Shop) -> None:
        reader = shop.headers("ROLE_NOTES__RO")
        assert (await shop.call("POST", NOTES, b"{}", reader)).status == 400
        assert (await shop.call("POST", NOTES, GOOD, reader)).status == 403

    play(scene)


def test_a_service_may_check_roles_first(play: Play) -> None:
    """Where the real service checks roles first, 403 wins over 400."""

    async def scene(shop: Shop) -> None:
        shop.example.roles_first = True
        reader = shop.headers("ROLE_NOTES__RO")
        assert (await shop.call("POST", NOTES, b"{}", reader)).status == 403

    play(scene)


def test_any_of_the_roles_will_do(play: Play) -> None:
    """A reader may read; an operation without roles takes any valid token."""

    async def scene(shop: Shop) -> None:
        note_id = await shop.create()
        reader = shop.headers("ROLE_NOTES__RO")
        assert (await shop.call("GET", f"/notes/{note_id}", b"", reader)).status == 200
        nobody = shop.headers()
        assert (await shop.call("GET", f"/notes/{note_id}", b"", nobody)).status == 403
        assert (await shop.call("GET", "/notes/latest", b"", nobody)).status == 200

    play(scene)


def test_an_expired_token_is_401(play: Play) -> None:
    """Tokens live 1199 s on the stopwatch, also when their check is remembered."""

    async def scene(shop: Shop) -> None:
        headers = shop.headers("ROLE_NOTES__RW")
        assert (await shop.call("GET", "/notes/1", b"", headers)).status == 404
        await shop.clock.sleep(1198)
        assert (await shop.call("GET", "/notes/1", b"", headers)).status == 404
        await shop.clock.sleep(2)
        assert (await shop.call("GET", "/notes/1", b"", headers)).status == 401

    play(scene)


def test_unreadable_bodies_reach_no_operation(play: Play) -> None:
    """No UTF-8, no JSON, half JSON, a tower of brackets, nothing: all refused."""

    async def scene(shop: Shop) -> None:
        for raw in (b"\xff", b'{"text": "\xff"}', b"{text}", b'{"text"', b""):
            response = await shop.call("POST", NOTES, raw)
            assert response.status == 400, raw
        tower = b'{"text":' * 100_000
        response = await shop.call("POST", NOTES, tower)
        assert response.json()["message"] == "JSON is nested too deeply"
        assert shop.notes == {}
        assert shop.published == []
        assert last(shop, "request")["body"] == tower.decode()

    play(scene)


def test_the_journal_keeps_what_was_sent_whatever_the_fake_does_later(
    play: Play,
) -> None:
    """A fake that keeps and changes its request body cannot rewrite history."""

    async def scene(shop: Shop) -> None:
        note_id = await shop.create("as sent")
        shop.notes[note_id]["text"] = "changed later"
        assert last(shop, "request")["body"] == {"text": "as sent"}
        assert last(shop, "response")["body"]["text"] == "as sent"

    play(scene)


def test_misfits_name_the_fields(play: Play) -> None:
    """Problems of body, path, query and header reach the fake's own wording."""

    async def scene(shop: Shop) -> None:
        blank = await shop.call("POST", NOTES, b'{"text": "  "}')
        assert blank.json()["fields"] == ["text"]
        assert blank.json()["message"] == "text cannot be blank"
        path = await shop.call("POST", "/prisoners/nobody/notes", GOOD)
        assert path.json()["fields"] == ["prisonerNumber"]
        query = await shop.call("GET", "/notes/1?expand=perhaps")
        assert query.json()["fields"] == ["expand"]
        headers = {**shop.headers("ROLE_NOTES__RO"), "source": "LIDS"}
        header = await shop.call("GET", "/notes/1", b"", headers)
        assert header.json()["fields"] == ["Source"]

    play(scene)


def test_refusals_and_repeats_are_journalled_as_not_written(play: Play) -> None:
    """Only an operation that changed state counts as a write."""

    async def scene(shop: Shop) -> None:
        note_id = await shop.create("one")
        await shop.call("PUT", "/notes/7", GOOD)
        assert (last(shop, "response")["status"], last(shop, "response")["wrote"]) == (
            404,
            False,
        )
        await shop.call("PUT", f"/notes/{note_id}", b'{"text": "one"}')
        assert last(shop, "response")["wrote"] is False
        await shop.call("PUT", f"/notes/{note_id}", b'{"text": "two"}')
        assert last(shop, "response")["wrote"] is True
        await shop.call("GET", f"/notes/{note_id}")
        assert last(shop, "response")["wrote"] is False

    play(scene)


def test_empty_answers_are_truly_empty(play: Play) -> None:
    """A deletion answers 204 without a body and without a content type."""

    async def scene(shop: Shop) -> None:
        note_id = await shop.create()
        response = await shop.call("DELETE", f"/notes/{note_id}")
        assert (response.status, response.body, response.headers) == (204, b"", {})
        assert last(shop, "response")["body"] is None

    play(scene)


def test_a_fake_that_breaks_its_own_contract_is_found_out(play: Play) -> None:
    """An answer off the contract becomes 500 and is kept for the run to fail on."""

    async def scene(shop: Shop) -> None:
        response = await shop.call("GET", "/off-contract")
        assert response.status == 500
        [broken] = shop.wire.broken
        assert "off_contract answered 200: /text: text is missing" in str(broken)

    play(scene)


def test_a_crash_of_a_fake_is_its_500_and_is_kept(play: Play) -> None:
    """A bug in a fake shows as the service's 500, with its traceback for the run."""

    async def scene(shop: Shop) -> None:
        assert (await shop.call("GET", "/crash")).status == 500
        [broken] = shop.wire.broken
        assert isinstance(broken, KeyError)
        assert "in crash" in "".join(broken.__notes__)

    play(scene)


def test_an_operation_without_a_function_is_a_crash(play: Play) -> None:
    """A contract that promises more than its fake has is found at the first call."""

    async def scene(shop: Shop) -> None:
        shop.example.operations = {}
        assert (await shop.call("GET", "/crash")).status == 500
        assert isinstance(shop.wire.broken[0], KeyError)

    play(scene)


def test_a_failing_bus_is_kept_and_the_write_stands(play: Play) -> None:
    """When publishing fails the note is there and answered, and the run must fail."""

    async def scene(shop: Shop) -> None:
        async def fail(*_: Any) -> None:
            raise RuntimeError("no bus")

        shop.wire._publish = fail
        assert (await shop.call("POST", NOTES, GOOD)).status == 201
        assert [str(error) for error in shop.wire.broken] == ["no bus"]

    play(scene)


def test_the_hook_of_a_service_sees_the_call_first(play: Play) -> None:
    """`before` answers ahead of body and roles, or leaves scratch for the operation."""

    async def scene(shop: Shop) -> None:
        seen: list[dict[str, Any]] = []

        async def before(call: Call) -> Response | None:
            call.state["acting"] = call.user
            seen.append(call.state)
            if call.user == "UNKNOWN":
                return answer(400, {"status": 400, "message": "Invalid username"})
            return None

        shop.example.before = before
        headers = shop.headers("ROLE_NOTES__RO", username="UNKNOWN")
        response = await shop.call("POST", NOTES, b"{", headers)
        assert response.json()["message"] == "Invalid username"
        assert (await shop.call("POST", NOTES, GOOD)).status == 201
        assert seen[-1] == {"acting": "SHELF_USER"}

    play(scene)


def test_a_fake_calls_another_with_its_own_token_and_the_cause(play: Play) -> None:
    """A call behind a call is on the Wire too, under the fake's own client."""

    async def scene(shop: Shop) -> None:
        await shop.call("POST", NOTES, GOOD, service="neighbour")
        headers = {**shop.headers(), "x-tandem-cause": "message-9"}
        response = await shop.call("GET", "/neighbour", b"", headers)
        assert response.json()["text"] == "Met on the wing."
        inner = shop.entries("request")[-1].as_dict()
        assert (inner["service"], inner["client"]) == ("neighbour", "example-client")
        assert inner["cause"] == "message-9"

    play(scene)


def test_open_counts_calls_that_are_not_answered(play: Play) -> None:
    """Settling can wait until no call is open, failures included."""

    async def scene(shop: Shop) -> None:
        counts: list[int] = []

        async def before(call: Call) -> Response | None:
            counts.append(shop.wire.open)
            return None

        shop.example.before = before
        await shop.call("POST", NOTES, GOOD)
        await shop.call("GET", "/crash")
        assert counts == [1, 1]
        assert shop.wire.open == 0

    play(scene)


def test_an_unknown_service_lists_the_known_ones(play: Play) -> None:
    """A call to a service that is not there says which are."""

    async def scene(shop: Shop) -> None:
        with pytest.raises(LookupError, match="it has: auth, example, neighbour"):
            await shop.wire.handle("exmaple", Request("GET", "/"))

    play(scene)
