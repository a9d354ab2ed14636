"""Domain events of case notes: exact bodies and attributes (events-and-config 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.wire.message import OutboxEvent

if TYPE_CHECKING:
    from simulators.dps.records import Note
    from simulators.dps.reference import SubType

PUBLISHED = "prison.case-note.published"


def person_event(
    kind: str,
    note: Note,
    sub_type: SubType,
    *,
    source: str,
    occurred_at: str,
    base_url: str,
    previous: str | None = None,
) -> OutboxEvent:
    """Return `person.case-note.<kind>`; kind is created, updated, deleted or moved.

    `previous` is the former prisoner number of a moved note; the member is there with
    null on every other kind.
    """
    event_type = f"person.case-note.{kind}"
    body: dict[str, Any] = {
        "occurredAt": occurred_at,
        "eventType": event_type,
        "detailUrl": _detail_url(base_url, note),
        "description": f"A case note has been {kind}",
        "additionalInformation": {
            "id": note.id,
            "legacyId": note.legacy_id,
            "type": note.type,
            "subType": note.sub_type,
            "source": source,
            "syncToNomis": sub_type.syncs,
            "systemGenerated": note.system_generated,
            "previousNomsNumber": previous,
        },
        "personReference": _person(note),
        "version": 1,
    }
    attributes = {
        "eventType": event_type,
        "type": note.type,
        "subType": note.sub_type,
    }
    return OutboxEvent("domain", event_type, body, attributes)


def published_event(note: Note, occurred_at: str, base_url: str) -> OutboxEvent:
    """Return the legacy event: background noise that filters must exclude (2.3).

    Its description and version are ours: the dossier gives the other members.
    """
    kind = f"{note.type}-{note.sub_type}"
    body: dict[str, Any] = {
        "eventType": PUBLISHED,
        "version": 1,
        "description": "A prison case note has been created or amended",
        "occurredAt": occurred_at,
        "detailUrl": _detail_url(base_url, note),
        "additionalInformation": {"caseNoteId": note.id, "caseNoteType": kind},
        "personReference": _person(note),
    }
    attributes = {
        "eventType": PUBLISHED,
        "contentType": "text/plain;charset=UTF-8",
        "caseNoteType": kind,
    }
    return OutboxEvent("domain", PUBLISHED, body, attributes)


def _detail_url(base_url: str, note: Note) -> str:
    return f"{base_url}/case-notes/{note.person}/{note.id}"


def _person(note: Note) -> dict[str, Any]:
    return {"identifiers": [{"type": "NOMS", "value": note.person}]}
