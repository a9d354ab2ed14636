"""One call to a service: token, cause, time-out, and which failures are repeated.

A token is asked for once per registration and kept until shortly before it expires;
a 401 renews it once (http-contracts 1.1). Only the reads of http-contracts 0.1 are
repeated here; a write is repeated by redelivery alone (RET-06).
"""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING, Any

from simulators.sync.consumer import cause
from simulators.sync.ports import Answer, CallFailed, CallRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulators.sync.ports import Http, Time
    from simulators.sync.settings import Registration

UNAUTHORISED = 401
NOT_FOUND = 404
BAD_GATEWAY = 502
ERROR = 400
RETRIES = 3
BACKOFF = 0.1
EXPIRY_MARGIN = 60.0
CAUSE_HEADER = "x-tandem-cause"


class Caller:
    """Calls services by name, with the token of that service's registration."""

    def __init__(
        self,
        http: Http,
        time: Time,
        registrations: Mapping[str, Registration],
        timeouts: Mapping[str, float],
    ) -> None:
        self._http = http
        self._time = time
        self._registrations = registrations
        self._timeouts = timeouts
        self._tokens: dict[str, tuple[str, float]] = {}
        self._asking = {service: asyncio.Lock() for service in registrations}

    async def send(
        self,
        service: str,
        method: str,
        path: str,
        *,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        patient: bool = False,
    ) -> Answer:
        """Send a call and return whatever the service answers; raises CallFailed.

        `patient` repeats it after no answer or 502: for reads only.
        """
        for attempt in range(RETRIES if patient else 0):
            try:
                answer = await self._once(service, method, path, json, headers)
            except CallFailed:
                answer = Answer(BAD_GATEWAY)
            if answer.status != BAD_GATEWAY:
                return answer
            await self._time.sleep(BACKOFF * 2**attempt)
        return await self._once(service, method, path, json, headers)

    async def call(
        self,
        service: str,
        method: str,
        path: str,
        *,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        patient: bool = False,
    ) -> Any:
        """Return the body of a good answer; raises CallRefused for any other."""
        answer = await self.send(
            service, method, path, json=json, headers=headers, patient=patient
        )
        if answer.status >= ERROR:
            raise CallRefused(answer.status, f"{method} {service} {path}", answer.body)
        return answer.body

    async def find(
        self, service: str, method: str, path: str, *, patient: bool = False
    ) -> Any:
        """Return the body, or None when the service says 404; nothing else is None."""
        try:
            return await self.call(service, method, path, patient=patient)
        except CallRefused as refusal:
            if refusal.status == NOT_FOUND:
                return None
            raise

    async def _once(
        self,
        service: str,
        method: str,
        path: str,
        json: Any,
        headers: Mapping[str, str] | None,
    ) -> Answer:
        answer = await self._with_token(service, method, path, json, headers)
        if answer.status != UNAUTHORISED:
            return answer
        # Expired early or keys rotated. A 401 did nothing, so repeating is safe.
        self._tokens.pop(service, None)
        return await self._with_token(service, method, path, json, headers)

    async def _with_token(
        self,
        service: str,
        method: str,
        path: str,
        json: Any,
        headers: Mapping[str, str] | None,
    ) -> Answer:
        sent = dict(headers or {})
        sent["Authorization"] = f"Bearer {await self._token(service)}"
        if cause.get():
            sent[CAUSE_HEADER] = cause.get()
        try:
            return await self._http.request(
                service,
                method,
                path,
                json=json,
                headers=sent,
                timeout=self._timeouts[service],
            )
        except CallFailed as failure:
            failure.create = method == "POST"
            raise

    async def _token(self, service: str) -> str:
        async with self._asking[service]:
            held = self._tokens.get(service)
            if held and self._time.stopwatch() < held[1]:
                return held[0]
            registration = self._registrations[service]
            pair = f"{registration.client_id}:{registration.secret}".encode()
            answer = await self._http.request(
                "auth",
                "POST",
                "/oauth/token",
                form={"grant_type": "client_credentials"},
                headers={
                    "Authorization": f"Basic {base64.b64encode(pair).decode()}",
                    "Accept": "application/json",
                },
                timeout=self._timeouts["auth"],
            )
            if answer.status >= ERROR:
                raise CallRefused(answer.status, f"token for {service}", answer.body)
            token: str = answer.body["access_token"]
            expires = float(answer.body["expires_in"])
            until = self._time.stopwatch() + max(expires - EXPIRY_MARGIN, expires / 2)
            self._tokens[service] = (token, until)
            return token
