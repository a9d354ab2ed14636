"""Operations on prisoners and their ids, N7 to N11 (http-contracts 2.5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from simulators.nomis.errors import bad_data, not_found
from simulators.nomis.times import parse_date, print_local
from simulators.wire.message import Response, answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulators.nomis.model import Nomis
    from simulators.wire.service import Call

__all__ = [
    "get_active_prisoner_ids",
    "get_all_prisoner_ids",
    "get_merges",
    "get_prisoner",
    "get_prisoner_ids_from",
]

_NUMBER = re.compile(r"[A-Z]\d{4}[A-Z]{2}", re.ASCII)
_LARGEST_PAGE = 20_000
_DEFAULT_SIZE = 10


def get_active_prisoner_ids(model: Nomis, call: Call) -> Response:
    """Answer N7: active bookings, but those that ended and are out."""
    rows = [
        {"bookingId": booking.booking_id, "offenderNo": booking.prisoner}
        for booking in sorted(
            model.people.bookings.values(), key=lambda row: row.booking_id
        )
        if booking.active and not (booking.ended and booking.in_out == "OUT")
    ]
    return _page(call, rows, "bookingId,ASC")


def get_all_prisoner_ids(model: Nomis, call: Call) -> Response:
    """Answer N8: root offender records."""
    rows = [{"offenderNo": number} for _, number in model.people.roots()]
    return _page(call, rows, "rootOffenderId,ASC")


def get_prisoner_ids_from(model: Nomis, call: Call) -> Response:
    """Answer N9: prisoners whose root offender id is greater, ascending."""
    after = int(_first(call, "offenderId", "0"))
    size = int(_first(call, "pageSize", str(_DEFAULT_SIZE)))
    offenders = [one for one in model.people.roots() if one[0] > after][:size]
    last = offenders[-1][0] if offenders else 0
    ids = [{"offenderNo": number} for _, number in offenders]
    return answer(200, {"prisonerIds": ids, "lastOffenderId": last})


def get_prisoner(model: Nomis, call: Call) -> Response:
    """Answer N10: where the prisoner is, by the latest booking."""
    number = call.path["offenderNo"]
    if not _NUMBER.fullmatch(number):
        return bad_data(f"getPrisonerDetails.offenderNo: must match {_NUMBER.pattern}")
    booking = model.people.latest(number)
    if booking is None:
        return not_found(f"No prisoner with offender {number} found")
    offender = model.people.offender(number)
    return answer(
        200,
        {
            "offenderNo": number,
            "offenderId": offender.offender_id,
            "rootOffenderId": offender.root_offender_id,
            "bookingId": booking.booking_id,
            "location": booking.agency,
            "active": booking.active,
        },
    )


def get_merges(model: Nomis, call: Call) -> Response:
    """Answer N11: merges that this prisoner took part in, from a date on."""
    number = call.path["offenderNo"]
    since = _first(call, "fromDate", "")
    try:
        day = parse_date(since) if since else None
    except ValueError as unreadable:
        return bad_data(str(unreadable))
    return answer(
        200,
        [
            {
                "deletedOffenderNo": merge.removed,
                "activeBookingId": merge.active_booking,
                "retainedOffenderNo": merge.retained,
                "previousBookingId": merge.previous_booking,
                "requestDateTime": print_local(merge.requested),
            }
            for merge in model.merges
            if number in (merge.removed, merge.retained)
            and (day is None or merge.requested.date() >= day)
        ],
    )


def _page(call: Call, rows: Sequence[dict[str, Any]], order: str) -> Response:
    number = max(0, int(_first(call, "page", "0")))
    size = min(_LARGEST_PAGE, max(1, int(_first(call, "size", str(_DEFAULT_SIZE)))))
    descending = _first(call, "sort", order).upper().endswith(",DESC")
    ordered = list(reversed(rows)) if descending else rows
    content = ordered[number * size : (number + 1) * size]
    pages = -(-len(rows) // size)
    sort = {"sorted": True, "unsorted": False, "empty": False}
    return answer(
        200,
        {
            "content": content,
            "pageable": {
                "pageNumber": number,
                "pageSize": size,
                "offset": number * size,
                "paged": True,
                "unpaged": False,
                "sort": sort,
            },
            "totalElements": len(rows),
            "totalPages": pages,
            "last": number + 1 >= pages,
            "first": number == 0,
            "size": size,
            "number": number,
            "numberOfElements": len(content),
            "empty": not content,
            "sort": sort,
        },
    )


def _first(call: Call, name: str, default: str) -> str:
    values = call.query.get(name)
    return values[0] if values else default
