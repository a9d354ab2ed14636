"""NA1 to NA8: alerts in the NOMIS API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.conform import fact
from harness.conform.cast import invented_id, invented_number
from tests.conformance.nomis.bodies import alert, error

if TYPE_CHECKING:
    from harness.api import WorldApi
    from harness.conform import Api, Cast, Prisoner

NA = "http-contracts 2.6"
UNKNOWN_CODE = "QQ9"


def raised(
    nomis: Api, prisoner: Prisoner, username: str, code: str = "XA", **members: Any
) -> tuple[int, int]:
    """Raise an alert by NA5; returns its key."""
    path = f"/prisoners/{prisoner.number}/alerts"
    answer = nomis.post(path, alert(username, code, **members))
    assert answer.status == 201, answer.body
    return answer.body["bookingId"], answer.body["alertSequence"]


def shown(nomis: Api, key: tuple[int, int]) -> dict[str, Any]:
    """Read an alert by NA1."""
    answer = nomis.get(f"/prisoners/booking-id/{key[0]}/alerts/{key[1]}")
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def latest(nomis: Api, prisoner: Prisoner, which: str) -> list[dict[str, Any]]:
    """Return NA2's or NA3's list."""
    answer = nomis.get(f"/prisoners/{prisoner.number}/alerts/{which}")
    assert answer.status == 200, answer.body
    listed: list[dict[str, Any]] = answer.body["latestBookingAlerts"]
    return listed


@fact(f"{NA} NA5")
def test_an_alert_is_answered_with_its_key(nomis: Api, cast: Cast) -> None:
    """201: booking, sequence from 1, code and the type derived from its parent."""
    prisoner, author = cast.prisoner(), cast.staff().username
    path = f"/prisoners/{prisoner.number}/alerts"
    answer = nomis.post(path, alert(author))
    assert answer.status == 201
    assert set(answer.body) == {"bookingId", "alertSequence", "alertCode", "type"}
    assert answer.body["bookingId"] == prisoner.booking
    assert answer.body["alertCode"] == {"code": "XA", "description": "Arsonist"}
    assert answer.body["type"] == {"code": "X", "description": "Security"}
    if cast.fresh:
        assert answer.body["alertSequence"] == 1


@fact(f"{NA} AlertResponse")
def test_an_alert_reads_back_as_sent(nomis: Api, cast: Cast) -> None:
    """All mandatory members, nulls left out, stamped by the sync."""
    prisoner, author = cast.prisoner(), cast.staff().username
    read = shown(nomis, raised(nomis, prisoner, author))
    assert read["bookingSequence"] == 1
    assert read["date"] == "2025-02-01"
    assert (read["isActive"], read["isVerified"]) == (True, False)
    assert read["comment"] == "Lighter found"
    assert "expiryDate" not in read
    assert "authorisedBy" not in read
    audit = read["audit"]
    assert audit["createUsername"] == author
    assert audit["createDatetime"]
    assert audit["auditModuleName"] == "DPS_SYNCHRONISATION"
    assert "modifyDatetime" not in audit


@fact(f"{NA} (sequence)")
def test_sequences_count_up_within_a_booking(nomis: Api, cast: Cast) -> None:
    """Max of the booking + 1."""
    prisoner, author = cast.prisoner(), cast.staff().username
    first = raised(nomis, prisoner, author, "XA")
    second = raised(nomis, prisoner, author, "HA")
    assert second == (first[0], first[1] + 1)


@fact(f"{NA} (sequence)")
def test_a_sequence_is_not_reused_while_a_higher_one_exists(
    nomis: Api, cast: Cast
) -> None:
    """Deleting the first leaves a gap."""
    prisoner, author = cast.prisoner(), cast.staff().username
    first = raised(nomis, prisoner, author, "XA")
    second = raised(nomis, prisoner, author, "HA")
    nomis.delete(f"/prisoners/booking-id/{first[0]}/alerts/{first[1]}")
    third = raised(nomis, prisoner, author, "XEL")
    assert third[1] == second[1] + 1


@fact(f"{NA} NA5")
def test_an_active_code_is_not_raised_twice(nomis: Api, cast: Cast) -> None:
    """409 with the key of the one there is."""
    prisoner, author = cast.prisoner(), cast.staff().username
    booking, sequence = raised(nomis, prisoner, author)
    answer = nomis.post(f"/prisoners/{prisoner.number}/alerts", alert(author))
    assert answer.status == 409
    assert answer.body["moreInfo"] == {"sequence": sequence, "bookingId": booking}
    assert set(answer.body) == {
        "status", "errorCode", "userMessage", "developerMessage", "moreInfo",
    }  # fmt: skip


@fact(f"{NA} NA5")
@pytest.mark.parametrize(("first", "second"), [(False, True), (True, False)])
def test_only_two_active_ones_clash(
    nomis: Api, cast: Cast, first: bool, second: bool
) -> None:
    """An inactive alert of the code stands in nobody's way."""
    prisoner, author = cast.prisoner(), cast.staff().username
    one = raised(nomis, prisoner, author, isActive=first)
    other = raised(nomis, prisoner, author, isActive=second)
    assert one != other


@fact(f"{NA} NA5")
def test_an_alert_code_must_exist(nomis: Api, cast: Cast) -> None:
    """400 with the code."""
    path = f"/prisoners/{cast.prisoner().number}/alerts"
    answer = nomis.post(path, alert(cast.staff().username, UNKNOWN_CODE))
    assert answer.status == 400
    message = f"Alert code {UNKNOWN_CODE} is not valid"
    assert answer.body == error(400, "Bad request", message)


@pytest.mark.parametrize(
    ("method", "ending", "body"),
    [
        pytest.param("GET", "to-migrate", None, marks=fact(f"{NA} NA2")),
        pytest.param("GET", "reconciliation", None, marks=fact(f"{NA} NA3")),
        pytest.param("POST", "", alert("ANY"), marks=fact(f"{NA} NA5")),
        pytest.param("POST", "resynchronise", [alert("ANY")], marks=fact(f"{NA} NA8")),
    ],
)
def test_a_prisoner_without_bookings_is_not_found(
    nomis: Api, method: str, ending: str, body: Any
) -> None:
    """404, which from-nomis treats as empty."""
    path = f"/prisoners/{invented_number()}/alerts/{ending}".rstrip("/")
    options = {} if body is None else {"body": body}
    assert nomis.call(method, path, **options).status == 404


@pytest.mark.parametrize(
    "method",
    [
        pytest.param("GET", marks=fact(f"{NA} NA1")),
        pytest.param("PUT", marks=fact(f"{NA} NA6")),
    ],
)
@pytest.mark.parametrize("booked", [True, False])
def test_an_unknown_key_is_not_found(
    nomis: Api, cast: Cast, method: str, booked: bool
) -> None:
    """404 for an unknown booking and for an unknown sequence."""
    booking = cast.prisoner().booking if booked else invented_id()
    path = f"/prisoners/booking-id/{booking}/alerts/999"
    body = {"date": "2025-02-01", "isActive": True, "updateUsername": "ANY"}
    options: dict[str, Any] = {"body": body} if method == "PUT" else {}
    assert nomis.call(method, path, **options).status == 404


@fact(f"{NA} NA4")
def test_alerts_of_an_unknown_booking_are_not_found(nomis: Api) -> None:
    """404."""
    path = f"/prisoners/booking-id/{invented_id()}/alerts"
    assert nomis.get(path).status == 404


@fact(f"{NA} NA4")
def test_alerts_of_a_booking_are_listed(nomis: Api, cast: Cast) -> None:
    """Active and inactive."""
    prisoner, author = cast.prisoner(), cast.staff().username
    keys = {
        raised(nomis, prisoner, author, "XA"),
        raised(nomis, prisoner, author, "HA", isActive=False),
    }
    path = f"/prisoners/booking-id/{prisoner.booking}/alerts"
    listed = nomis.get(path).body["alerts"]
    assert keys <= {(one["bookingId"], one["alertSequence"]) for one in listed}


@fact(f"{NA} NA2")
def test_migration_sees_active_and_inactive(nomis: Api, cast: Cast) -> None:
    """Sorted by sequence, of the latest booking."""
    prisoner, author = cast.prisoner(), cast.staff().username
    raised(nomis, prisoner, author, "XA", isActive=False)
    raised(nomis, prisoner, author, "HA")
    listed = latest(nomis, prisoner, "to-migrate")
    sequences = [one["alertSequence"] for one in listed]
    assert sequences == sorted(sequences)
    assert {one["isActive"] for one in listed} == {True, False}


@fact(f"{NA} NA3")
def test_reconciliation_sees_only_active(nomis: Api, cast: Cast) -> None:
    """As NA2 without the ended ones."""
    prisoner, author = cast.prisoner(), cast.staff().username
    raised(nomis, prisoner, author, "XA", isActive=False)
    raised(nomis, prisoner, author, "HA")
    listed = latest(nomis, prisoner, "reconciliation")
    assert "HA" in {one["alertCode"]["code"] for one in listed}
    assert all(one["isActive"] for one in listed)


@fact(f"{NA} NA2")
def test_only_the_latest_booking_counts(nomis: Api, screens: Api, cast: Cast) -> None:
    """After a new admission without copies there are none; the old is sequence 2."""
    prisoner, staff = cast.prisoner(), cast.staff()
    number, user = prisoner.number, staff.username
    key = raised(nomis, prisoner, user)
    screens.post(f"/prisoners/{number}/release", user=user)
    body = {"prison": prisoner.prison}
    screens.post(f"/prisoners/{number}/admission", body, user=user)
    assert latest(nomis, prisoner, "to-migrate") == []
    assert shown(nomis, key)["bookingSequence"] == 2


@fact(f"{NA} NA6")
def test_an_update_replaces_everything_but_the_code(nomis: Api, cast: Cast) -> None:
    """Date, expiry, active flag, comment and authoriser; who and when is noted."""
    prisoner, author = cast.prisoner(), cast.staff().username
    key = raised(nomis, prisoner, author)
    body = {
        "date": "2025-02-02",
        "isActive": False,
        "updateUsername": author,
        "expiryDate": "2025-02-03",
        "comment": "Ended",
        "authorisedBy": "The governor",
    }
    path = f"/prisoners/booking-id/{key[0]}/alerts/{key[1]}"
    answer = nomis.put(path, body)
    assert answer.status == 200
    assert answer.body == shown(nomis, key)
    for name in ("date", "isActive", "expiryDate", "comment", "authorisedBy"):
        assert answer.body[name] == body[name]
    assert answer.body["alertCode"]["code"] == "XA"
    assert answer.body["audit"]["modifyUserId"] == author
    assert answer.body["audit"]["modifyDatetime"]


@fact(f"{NA} NA6 (nulls overwrite)")
def test_nulls_of_an_update_overwrite(nomis: Api, cast: Cast) -> None:
    """Unlike the alerts API: comment, authoriser and expiry are emptied."""
    prisoner, author = cast.prisoner(), cast.staff().username
    key = raised(
        nomis,
        prisoner,
        author,
        expiryDate="2025-12-01",
        authorisedBy="The governor",
    )
    body = {
        "date": "2025-02-01",
        "isActive": True,
        "updateUsername": author,
        "expiryDate": None,
        "comment": None,
        "authorisedBy": None,
    }
    nomis.put(f"/prisoners/booking-id/{key[0]}/alerts/{key[1]}", body)
    read = shown(nomis, key)
    assert not {"expiryDate", "comment", "authorisedBy"} & set(read)


@fact(f"{NA} NA7")
def test_deleting_an_alert_is_idempotent(nomis: Api, cast: Cast) -> None:
    """204 with an empty body, also when absent."""
    prisoner, author = cast.prisoner(), cast.staff().username
    key = raised(nomis, prisoner, author)
    path = f"/prisoners/booking-id/{key[0]}/alerts/{key[1]}"
    for _ in range(2):
        answer = nomis.delete(path)
        assert (answer.status, answer.raw) == (204, b"")
    assert nomis.get(path).status == 404


@fact(f"{NA} NA7")
def test_deleting_from_an_unknown_booking_is_fine_too(nomis: Api) -> None:
    """204 for a booking nobody has."""
    path = f"/prisoners/booking-id/{invented_id()}/alerts/1"
    assert nomis.delete(path).status == 204


@fact(f"{NA} NA8")
def test_resynchronising_replaces_all_alerts(nomis: Api, cast: Cast) -> None:
    """Old ones go; new ones are numbered from old max + 1, in request order."""
    prisoner, author = cast.prisoner(), cast.staff().username
    raised(nomis, prisoner, author, "XA")
    last = raised(nomis, prisoner, author, "HA")[1]
    path = f"/prisoners/{prisoner.number}/alerts/resynchronise"
    answer = nomis.post(path, [alert(author, "XEL"), alert(author, "XA")])
    assert answer.status == 201
    made = [(one["alertCode"]["code"], one["alertSequence"]) for one in answer.body]
    assert made == [("XEL", last + 1), ("XA", last + 2)]
    listed = latest(nomis, prisoner, "to-migrate")
    assert [one["alertSequence"] for one in listed] == [last + 1, last + 2]


@fact(f"{NA} NA8")
def test_resynchronising_knows_no_duplicates(nomis: Api, cast: Cast) -> None:
    """The same active code twice: no 409 here."""
    prisoner, author = cast.prisoner(), cast.staff().username
    path = f"/prisoners/{prisoner.number}/alerts/resynchronise"
    answer = nomis.post(path, [alert(author), alert(author)])
    assert answer.status == 201
    assert len(latest(nomis, prisoner, "reconciliation")) == 2


@fact(f"{NA} NA8")
def test_an_empty_resync_empties_the_booking(nomis: Api, cast: Cast) -> None:
    """201 with an empty list."""
    prisoner, author = cast.prisoner(), cast.staff().username
    raised(nomis, prisoner, author)
    path = f"/prisoners/{prisoner.number}/alerts/resynchronise"
    answer = nomis.post(path, [])
    assert (answer.status, answer.body) == (201, [])
    assert latest(nomis, prisoner, "to-migrate") == []


@fact(f"{NA} NA8 (400 as NA5)")
def test_a_resync_with_an_unknown_code_changes_nothing(nomis: Api, cast: Cast) -> None:
    """400, and the alerts there are stay."""
    prisoner, author = cast.prisoner(), cast.staff().username
    key = raised(nomis, prisoner, author)
    path = f"/prisoners/{prisoner.number}/alerts/resynchronise"
    body = [alert(author, "HA"), alert(author, UNKNOWN_CODE)]
    assert nomis.post(path, body).status == 400
    assert shown(nomis, key)["alertCode"]["code"] == "XA"


@fact(f"{NA} NA5 (comment)")
def test_a_long_comment_is_cut_without_a_suffix(nomis: Api, cast: Cast) -> None:
    """To 4000 UTF-8 bytes, whole characters."""
    prisoner, author = cast.prisoner(), cast.staff().username
    key = raised(nomis, prisoner, author, comment="€" * 2000)
    read = shown(nomis, key)["comment"]
    assert read == "€" * (4000 // 3)


LIMITS = (
    ("authorisedBy", 40),
    ("createUsername", 32),
    ("alertCode", 12),
)


@fact(f"{NA} (column limits)")
@pytest.mark.parametrize(("name", "limit"), LIMITS)
def test_columns_have_limits(nomis: Api, cast: Cast, name: str, limit: int) -> None:
    """400 beyond 40, 32 and 12 characters."""
    body = alert(cast.staff().username) | {name: "x" * (limit + 1)}
    answer = nomis.post(f"/prisoners/{cast.prisoner().number}/alerts", body)
    assert answer.status == 400


@fact(f"{NA} CreateAlertRequest")
@pytest.mark.parametrize("name", ["alertCode", "date", "createUsername"])
def test_mandatory_members_of_an_alert(nomis: Api, cast: Cast, name: str) -> None:
    """400 without code, date or user."""
    body = alert(cast.staff().username)
    del body[name]
    answer = nomis.post(f"/prisoners/{cast.prisoner().number}/alerts", body)
    assert answer.status == 400


@fact("http-contracts 12 NOMIS (isActive defaulted)")
def test_an_alert_is_active_unless_told_otherwise(nomis: Api, cast: Cast) -> None:
    """`isActive` is defaulted on the server."""
    prisoner, body = cast.prisoner(), alert(cast.staff().username)
    del body["isActive"]
    answer = nomis.post(f"/prisoners/{prisoner.number}/alerts", body)
    assert answer.status == 201
    key = answer.body["bookingId"], answer.body["alertSequence"]
    assert shown(nomis, key)["isActive"] is True


@fact("http-contracts 2.3 (alert writes); 7.1")
def test_an_alert_by_the_sync_raises_an_event(
    nomis: Api, cast: Cast, world: WorldApi
) -> None:
    """ALERT-INSERTED with booking, sequence and prisoner."""
    prisoner = cast.prisoner()
    booking, sequence = raised(nomis, prisoner, cast.staff().username)
    found = [
        entry["body"]
        for entry in world.journal(kinds=["event"])
        if entry["body"].get("eventType") == "ALERT-INSERTED"
        and entry["body"].get("bookingId") == booking
    ]
    assert [one["alertSeq"] for one in found] == [sequence]
    assert found[0]["offenderIdDisplay"] == prisoner.number


@fact(f"{NA} (copied alerts)")
def test_copied_alerts_say_so(nomis: Api, screens: Api, cast: Cast) -> None:
    """NOMIS marks what it copied to a new booking."""
    prisoner, staff = cast.prisoner(), cast.staff()
    number, user = prisoner.number, staff.username
    raised(nomis, prisoner, user)
    screens.post(f"/prisoners/{number}/release", user=user)
    body = {"prison": prisoner.prison, "copyAlerts": True}
    screens.post(f"/prisoners/{number}/admission", body, user=user)
    [copy] = latest(nomis, prisoner, "to-migrate")
    info = copy["audit"]["auditAdditionalInfo"]
    assert info == "OMKCOPY.COPY_BOOKING_DATA"
