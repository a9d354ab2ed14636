"""Agency switches and splash screens in the NOMIS API (events-and-config 5.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.nomis.errors import not_found
from simulators.nomis.switches import BLOCKED_TYPES, EVERY_AGENCY
from simulators.wire.message import Response, answer

if TYPE_CHECKING:
    from simulators.nomis.model import Nomis
    from simulators.wire.service import Call

__all__ = [
    "check_agency_switch",
    "check_prisoner_switch",
    "get_agency_switches",
    "get_blocked_prisons",
    "get_splash_screen",
    "turn_on_agency_switch",
]


def get_agency_switches(model: Nomis, call: Call) -> Response:
    """Answer where a service is switched on; 404 for an unknown service."""
    service = call.path["serviceCode"]
    if not model.switches.known(service):
        return not_found(f"Service code {service} does not exist")
    rows = [
        {"agencyId": agency, "name": agency_name(model, agency)}
        for agency in model.switches.agencies(service)
    ]
    return answer(200, rows)


def check_agency_switch(model: Nomis, call: Call) -> Response:
    """Answer 204 when the service is on at the agency, else 404."""
    service, agency = call.path["serviceCode"], call.path["agencyId"]
    return _on_or_off(model, service, agency)


def check_prisoner_switch(model: Nomis, call: Call) -> Response:
    """Answer 204 when the service is on where the prisoner's latest booking is."""
    number = call.path["prisonNumber"]
    booking = model.people.latest(number)
    if booking is None:
        return not_found(f"No prisoner with offender {number} found")
    return _on_or_off(model, call.path["serviceCode"], booking.agency)


def turn_on_agency_switch(model: Nomis, call: Call) -> Response:
    """Answer 201 and switch the service on at the agency; also when it was on."""
    service, agency = call.path["serviceCode"], call.path["agencyId"]
    if not model.switches.known(service):
        return not_found(f"Service code {service} does not exist")
    if agency not in model.people.prisons and agency != EVERY_AGENCY:
        return not_found(f"Agency id {agency} does not exist")
    call.wrote = model.switches.turn(service, agency, on=True)
    return answer(201)


def get_splash_screen(model: Nomis, call: Call) -> Response:
    """Answer a screen with its conditions; 404 for an unknown screen."""
    screen = model.screens.screens.get(call.path["moduleName"])
    if screen is None:
        return _no_screen(call)
    document: dict[str, Any] = {
        "moduleName": screen.module,
        "accessBlockedType": {
            "code": screen.blocked_type,
            "description": BLOCKED_TYPES[screen.blocked_type],
        },
        "conditions": [
            {
                "prisonId": prison,
                "accessBlocked": screen.conditions[prison],
                "type": {"code": "CASELOAD", "description": "Caseload"},
            }
            for prison in sorted(screen.conditions)
        ],
    }
    if screen.warning_text is not None:
        document["warningText"] = screen.warning_text
    if screen.blocked_text is not None:
        document["blockedText"] = screen.blocked_text
    return answer(200, document)


def get_blocked_prisons(model: Nomis, call: Call) -> Response:
    """Answer the prisons for which a screen is blocked."""
    screen = model.screens.screens.get(call.path["moduleName"])
    if screen is None:
        return _no_screen(call)
    return answer(200, [{"prisonId": each} for each in screen.blocked_prisons()])


def agency_name(model: Nomis, agency: str) -> str:
    """Return an agency's name; the row for all agencies has one of its own."""
    if agency == EVERY_AGENCY:
        return "Service active in all agencies"
    return model.people.prisons.get(agency, agency)


def _on_or_off(model: Nomis, service: str, agency: str) -> Response:
    if model.switches.on(service, agency):
        return answer(204)
    return not_found(f"Service {service} not turned on for agency {agency}")


def _no_screen(call: Call) -> Response:
    return not_found(
        f"Splash screen with module name {call.path['moduleName']} does not exist"
    )
