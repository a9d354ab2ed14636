"""Tokens, repeated reads, and writes that are never repeated."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.sync.calls import Caller
from simulators.sync.ports import Answer, CallFailed, CallRefused
from simulators.sync.settings import Registration
from tests.sync.rig import play


class Script:
    """`Http` that answers from a list, and a stopwatch that a test turns."""

    def __init__(self, *answers: Answer | str) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str]] = []
        self.seen: list[str] = []
        self.seconds = 0.0
        self.slept: list[float] = []

    async def request(
        self, service: str, method: str, path: str, **more: Any
    ) -> Answer:
        """Give the next answer; a token where one is asked for."""
        if service == "auth":
            self.asked.append((more["headers"]["Authorization"], path))
            token = {"access_token": f"t{len(self.asked)}", "expires_in": 600}
            return Answer(200, token)
        self.seen.append(more["headers"]["Authorization"])
        answer = self.answers.pop(0) if self.answers else Answer(200, {})
        if isinstance(answer, str):
            raise CallFailed(answer)
        return answer

    async def sleep(self, seconds: float) -> None:
        """Note the pause."""
        self.slept.append(seconds)

    def stopwatch(self) -> float:
        """Return the seconds the test has set."""
        return self.seconds

    def now(self) -> Any:
        """Return nothing: no calendar here."""


def caller(script: Script) -> Caller:
    """Return a caller with two registrations."""
    registrations = {
        "nomis": Registration("one", "secret"),
        "mapping": Registration("two", "secret"),
    }
    timeouts = {"nomis": 60, "mapping": 10, "auth": 30}
    return Caller(script, script, registrations, timeouts)


def test_a_token_is_asked_for_once_per_registration() -> None:
    """And again shortly before it expires."""
    script = Script()
    it = caller(script)

    async def run() -> None:
        for service in ("nomis", "nomis", "mapping"):
            await it.call(service, "GET", "/x")
        script.seconds = 530
        await it.call("nomis", "GET", "/x")
        script.seconds = 545
        await it.call("nomis", "GET", "/x")

    play(run())
    assert script.seen == [f"Bearer t{n}" for n in (1, 1, 2, 1, 3)]
    assert {path for _, path in script.asked} == {"/oauth/token"}
    assert script.asked[0][0] == "Basic b25lOnNlY3JldA=="


def test_a_401_renews_the_token_once() -> None:
    """A second 401 is a refusal, not an endless renewal."""
    script = Script(Answer(401), Answer(200, {"a": 1}), Answer(401), Answer(401))
    it = caller(script)
    assert play(it.call("nomis", "POST", "/x")) == {"a": 1}
    assert script.seen == ["Bearer t1", "Bearer t2"]
    with pytest.raises(CallRefused):
        play(it.call("nomis", "POST", "/x"))


@pytest.mark.parametrize("failure", ["timeout", "reset", "refused", Answer(502)])
def test_a_patient_read_is_repeated_three_times(failure: Answer | str) -> None:
    """After no answer or 502, with growing pauses (http-contracts 0.1, RET-05)."""
    script = Script(failure, failure, failure, Answer(200, {"a": 1}))
    assert play(caller(script).find("nomis", "GET", "/x", patient=True)) == {"a": 1}
    assert script.slept == pytest.approx([0.1, 0.2, 0.4])


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_other_calls_are_never_repeated(method: str) -> None:
    """A blind repeat of a create makes twins (RET-06)."""
    script = Script("timeout")
    with pytest.raises(CallFailed):
        play(caller(script).call("nomis", method, "/x"))
    assert len(script.seen) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 409, 423, 429, 500, 503])
def test_only_404_reads_as_nothing(status: int) -> None:
    """An expired token or a refused role is never an empty answer (CFG-07)."""
    script = Script(*[Answer(status)] * 2)
    with pytest.raises(CallRefused) as caught:
        play(caller(script).find("nomis", "GET", "/x"))
    assert caught.value.status == status
    assert play(caller(Script(Answer(404))).find("nomis", "GET", "/x")) is None


def test_a_refused_token_fails_the_call() -> None:
    """Bad credentials are told with the service they were for."""

    class Refusing(Script):
        async def request(
            self, service: str, method: str, path: str, **more: Any
        ) -> Answer:
            return Answer(401, {"error": "invalid_client"})

    with pytest.raises(CallRefused, match="token for nomis"):
        play(caller(Refusing()).call("nomis", "GET", "/x"))
