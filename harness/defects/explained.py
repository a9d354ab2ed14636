"""Mechanical mutants that no scenario can notice, each with the reason.

Kept by the mutant's id, with the words of the changed place: where the sync's text has
changed since, the id may mean another place, and the entry no longer counts.
"""

from __future__ import annotations

_REPORTED = "What operators are told; no note is read, written or left out for it."
_OWN_TESTS = (
    "How operators' requests and settings are checked; tests/sync plays both, as it "
    "does those modules that are not mutated at all."
)
_LATER = (
    "A hint of what was seen. Without it the half looks at the note again at a later "
    "receive, or reads once more, and decides from what both sides hold."
)
_CUT_OFF = (
    "Whoever is stopped or killed is cut off: over sockets its process ends, and "
    "messages in its hands come again when their lease ends (RET-05)."
)
_OTHER_EVENT = (
    "What is left undone here has an event of its own, whose handler does the same; "
    "the two may come in any order anyway."
)
_NO_CONFLICT = (
    "A mapping under another DPS id can be there before the row only if NOMIS gave the "
    "row's id twice, which it never does (IDM-04, IDM-16 in left_out)."
)
_CLOCK = (
    "Matters for notes equal in author, type and second only, and the clock moves on "
    "between two actions of users (MRG-07 in left_out)."
)
_BRIEF = "A pause of a second or less between two tries that both are made."
_TWO_PROCESSES = (
    "For two processes of a half at one queue, or a switch flipped within the "
    "milliseconds of parking: scenarios have one process, and flip switches between "
    "two actions."
)
_LENT = (
    "What is looked at and not wanted comes back by itself when its lease ends; the "
    "chase after a switch lasts for longer."
)
_PORTS = "Nothing else is raised here: the ports turn every failure into these."
_LABEL = "A number that tells groups apart; any other number tells them apart as well."
_BOUND = "Bounds the memory of hints at 20,000 notes; a hint that is lost costs a read."

_NOTHING_ELSE = "Nothing else is raised here: the ports turn every failure into these."

EXPLAINED: dict[str, tuple[str, str]] = {
    "calls.Caller._token:comparison:1": (
        "self._time.stopwatch() < held[1]",
        (
            "A token is asked for at each call instead of once; one that ran out is "
            "renewed after its 401. The notes are the same, the sign-on service has "
            "more to do."
        ),
    ),
    "calls.Caller.find:except:0": (
        "except CallRefused as refusal:",
        (
            "The only other failure has no status, so it is raised again, as another "
            "error; the message is given back all the same."
        ),
    ),
    "calls.Caller.send:constant:4": ("2", _BRIEF),
    "comparing.same_time:comparison:1": (
        "other.year <= ANCIENT",
        (
            "Both fakes convert ancient years alike, so the seconds are equal, too; "
            "that the real ones do not is known from reports alone (DAT-08)."
        ),
    ),
    "consumer.Consumer.kill:call:0": (
        "await asyncio.gather(*tasks, return_exceptions=True)",
        _CUT_OFF,
    ),
    "consumer.Consumer.run:except:6": (
        "except (CallFailed, CallRefused) as failure:",
        "Receiving raises nothing else: the ports turn every failure into these.",
    ),
    "consumer.Consumer.take:call:0": (
        "cause.set(message.message_id)",
        (
            "Tells whoever reads the journal which message a call belongs to; the "
            "oracle judges a sync that does not say so as well."
        ),
    ),
    "consumer.give_back_delay:constant:1": ("0.0", _BRIEF),
    "creating.Creator.create:comparison:4": (
        "own is None",
        (
            "Whether the row just made is read and compared once more. What changed "
            "since an adopted row was written has an updated event of its own."
        ),
    ),
    "creating.Creator._map:constant:5": ("False", _NO_CONFLICT),
    "creating.Creator._adopt_original:constant:2": (
        "False",
        "There are no rows to write beside it, so nobody asks whether they are fresh.",
    ),
    "calls.Caller.send:except:1": (
        "except CallFailed:",
        "Nothing else is raised here: the ports turn every failure into it.",
    ),
    "creating.may_be_own:comparison:0": ("row.module is None", _CLOCK),
    "envelope.read:constant:3": (
        "True",
        (
            "Own messages are of types that no switch governs, so they count as "
            "switched on whether they are known as own or not."
        ),
    ),
    "flows._to_nomis:call:0": (
        "handlers['alerts'].setdefault(event, reference.changed)",
        "Reference data of alerts changes no case note, and no step changes it.",
    ),
    "from_nomis.FromNomis.changed:call:2": (
        "await self._remove_locked(row, about)",
        _OTHER_EVENT,
    ),
    "from_nomis.FromNomis.changed:call:4": (
        "await self._remove_locked(row, about)",
        _OTHER_EVENT,
    ),
    "memory.Memory.keep:call:1": ("self._held.popitem(last=False)", _BOUND),
    "memory.Memory.keep:constant:3": ("False", _BOUND),
    "merging.is_reused:comparison:0": (
        "note is None",
        (
            "NOMIS never gives an id twice (IDM-16 in left_out), so no row is another "
            "note's under an old id."
        ),
    ),
    "merging.align:constant:2": (
        "1",
        "After no amendment at all there is none to leave out: the same is compared.",
    ),
    "merging.missing_from:constant:3": (
        "1",
        (
            "Matters for amendments equal in author, second and words, which DPS "
            "cannot tell apart either (limit dps-equal-second-amendments-are-re-added)."
        ),
    ),
    "migration.Migration._map:comparison:4": (
        "known.dps_id == row.dps_id",
        "The mapping is taken away and written anew with the same two ids.",
    ),
    "migration.Migration.run:call:0": ("failed.append(prisoner)", _OWN_TESTS),
    "moves.Moves.moved:comparison:0": (
        "event.message.attempt < PATIENCE",
        (
            "A booking that is not where the event says was moved on or back, and that "
            "move's own event brings its notes there."
        ),
    ),
    "parking.Parking.release:constant:0": ("0", _BRIEF),
    "parking.Parking.release:constant:6": ("0", _BRIEF),
    "program.Domain.chase:call:1": (
        "await self._time.sleep(CHASE_AGAIN)",
        (
            "What one process parked is back after its first release; the chase is for "
            "two processes at one queue."
        ),
    ),
    "program.Half._chase:call:0": (
        "self._polls.append(asyncio.create_task(domain.chase()))",
        (
            "What one process parked is back after its first release; the chase is for "
            "two processes at one queue."
        ),
    ),
    "program.Half.kill:call:0": ("await self._stop_polling()", _CUT_OFF),
    "program.Half.stop:call:2": ("await domain.consumer.drain(PATIENCE)", _CUT_OFF),
    "program.Half.switch:call:0": (
        "await domain.release()",
        "The chase that is begun beside it releases the same a second later.",
    ),
    "reconciliation.Reconciliation.check:call:2": (
        "repaired.append(twin)",
        _REPORTED + " The twin is deleted, and the next look finds none.",
    ),
    "reconciliation.Reconciliation.check_all:constant:0": ("0", _REPORTED),
    "clients.Nomis.prisoners_after:constant:0": (
        "True",
        "The page is asked for three times by its only reader in any case.",
    ),
    "clients.Nomis.prisoner_page:constant:0": (
        "True",
        (
            "Only the migration of everyone asks so. Scenarios migrate their own "
            "prisoners; tests/sync plays everyone, and who starts it starts it again."
        ),
    ),
    "requesting.changed_note:comparison:1": (
        "second(row.created) == second(note.created)",
        (
            "A fraction of the second in which the note was written; NOMIS keeps none, "
            "and users of both systems are shown whole seconds."
        ),
    ),
    "switches.read:call:0": (
        "faults.append(str(UnknownSwitch(half, variable)))",
        _OWN_TESTS,
    ),
    "switches.read:call:2": (
        "faults.append(f'{variable} must be true or false, not {value!r}')",
        _OWN_TESTS,
    ),
    "switches.read:comparison:3": (
        "value.strip().lower() not in {'true', 'false'}",
        _OWN_TESTS,
    ),
    "to_nomis.ToNomis._learn:except:0": (
        "except (CallFailed, CallRefused):",
        _LATER,
    ),
    "to_nomis.ToNomis.deleted:call:0": (
        "self._known.keep(tale.dps_id, None)",
        _LATER,
    ),
    "creating.Creator._map:except:1": (
        "except (CallFailed, CallRefused) as failure:",
        _NOTHING_ELSE,
    ),
    "creating.Creator.create:constant:3": (
        "False",
        "There are no rows to write beside it, so nobody asks whether they are fresh.",
    ),
    "notes.DpsNote.born_in_dps:constant:1": (
        "0",
        "No note has the legacy id 0: DPS counts down from -1, NOMIS up from 1.",
    ),
    "text._moment:except:0": (
        "except ValueError:",
        "Given two texts, strptime raises nothing else.",
    ),
    "text.parse:constant:5": (
        "True",
        "The two lists are of one length by the line before; this only says so.",
    ),
    "to_nomis.ToNomis._replace:except:1": (
        "except (CallFailed, CallRefused) as failure:",
        _NOTHING_ELSE,
    ),
    "creating.retry_message:constant:0": (
        "True",
        "Whether the message has a MessageId of null, which no reader looks at.",
    ),
    "requesting.new_note:constant:0": (
        "0",
        (
            "NOMIS names as the author the first of the accounts that it lists "
            "(http-contracts N1), so both places hold the same one."
        ),
    ),
    "twins.is_repairable:constant:0": ("0", _CLOCK),
    "updating.Updater._bring:call:2": (
        "await self._services.dps.delete(dps_id)",
        (
            "The next receive finds the row gone and takes the note back; scenarios "
            "play it with notes of both births, and nothing is left behind."
        ),
    ),
    "updating.Updater.update:constant:9": (
        "True",
        (
            "The note is gone and its deletion told; whether the mapping of the row "
            "goes now or with the deletion is the same in the end."
        ),
    ),
    "welcoming.Welcomer._echo:comparison:0": ("about.attempt < PATIENCE", _CLOCK),
    "welcoming.Welcomer._echo:constant:1": ("False", _NO_CONFLICT),
    "welcoming.Welcomer._map:except:1": (
        "except (CallFailed, CallRefused) as failure:",
        "Nothing else is raised here: the ports turn every failure into these.",
    ),
    "welcoming.Welcomer._create:comparison:0": ("note is None", _NO_CONFLICT),
    "welcoming.Welcomer._map:constant:6": ("False", _NO_CONFLICT),
    "welcoming.Welcomer._map:constant:7": (
        "True",
        (
            "The DPS note was made from this very row a moment ago; what changes after "
            "that has an event of its own."
        ),
    ),
    "welcoming.Welcomer._welcome_copy:constant:2": ("False", _NO_CONFLICT),
    "calls.Caller._token:constant:4": (
        "2",
        "A token is renewed after a third of its life instead of half of it.",
    ),
    "calls.Caller._with_token:except:0": (
        "except CallFailed as failure:",
        _PORTS,
    ),
    "calls.Caller.send:call:0": (
        "await self._time.sleep(BACKOFF * 2 ** attempt)",
        _BRIEF,
    ),
    "clients.Nomis.replace:comparison:1": (
        "row.version is not None",
        "Today's NOMIS shows no version (limit blind-replace).",
    ),
    "consumer.Consumer.drain:call:0": (
        "await asyncio.wait(self._tasks, timeout=patience)",
        _CUT_OFF,
    ),
    "consumer.Consumer.kill:call:1": (
        "task.cancel()",
        _CUT_OFF,
    ),
    "consumer.Consumer.run:call:3": (
        "self._tasks.add(task)",
        (
            "How many messages are worked on at once is the half's own choice; two at "
            "one note are survived (DUP-06)."
        ),
    ),
    "consumer.Consumer.run:call:7": (
        "await self._time.sleep(POLL_AGAIN)",
        "Queues of the simulated tier can always be reached; tests/sync plays others.",
    ),
    "consumer.Consumer.run:constant:0": (
        "False",
        "The queues have the terms that a half presumes; tests/sync plays others.",
    ),
    "consumer.Consumer.run:constant:9": (
        "True",
        "The terms are asked for before each poll, and are the same.",
    ),
    "consumer.lease:constant:0": (
        "0.9",
        (
            "A second worker at the same message is survived (DUP-06, DUP-07); the "
            "lease itself is held by tests/sync."
        ),
    ),
    "envelope.read:except:0": (
        "except (KeyError, TypeError, AttributeError, ValueError) as error:",
        "Whatever cannot be read is given back, however the failure is named.",
    ),
    "memory.Memory.keep:call:0": (
        "self._held.move_to_end(key)",
        _BOUND,
    ),
    "migration.Migration._everyone:comparison:0": (
        "len(page) < PAGE",
        "Only the migration of everyone asks so; tests/sync plays it.",
    ),
    "migration.Migration.run:constant:1": (
        "0",
        _REPORTED,
    ),
    "migration._request:constant:3": (
        "False",
        _OTHER_EVENT,
    ),
    "migration.grouped:constant:1": (
        "0",
        _LABEL,
    ),
    "migration.grouped:constant:2": (
        "1",
        _LABEL,
    ),
    "parking.Parking.forget:call:0": (
        "self._kept.clear()",
        _TWO_PROCESSES,
    ),
    "parking.Parking.is_due:constant:1": (
        "0",
        _TWO_PROCESSES,
    ),
    "parking.Parking.park:constant:1": (
        "1",
        _TWO_PROCESSES,
    ),
    "parking.Parking.release:call:4": (
        "waiting.append(message)",
        _LENT,
    ),
    "parking.Parking.release:call:9": (
        "await self._queues.change_visibility(self.name, message.receipt, 0)",
        _LENT,
    ),
    "parking.Parking.release:constant:10": (
        "0",
        _BRIEF,
    ),
    "parking.Parking.release:constant:7": (
        "1",
        _TWO_PROCESSES,
    ),
    "parking.Parking.release:constant:8": (
        "1",
        _REPORTED,
    ),
    "program.Domain.chase:call:0": (
        "self.parking.forget()",
        _TWO_PROCESSES,
    ),
    "program.Domain.chase:call:3": (
        "await self.release()",
        _TWO_PROCESSES,
    ),
    "program.Domain.chase:order:2": (
        "await self._time.sleep(CHASE_AGAIN)",
        _TWO_PROCESSES,
    ),
    "program.Domain.handle:call:3": (
        "await self.release()",
        _TWO_PROCESSES,
    ),
    "program.Half._stop_polling:call:0": (
        "await asyncio.gather(*self._polls, return_exceptions=True)",
        _CUT_OFF,
    ),
    "program.Half.kill:call:1": (
        "await domain.consumer.kill()",
        _CUT_OFF,
    ),
    "program.Half.stop:call:0": (
        "await self._stop_polling()",
        _CUT_OFF,
    ),
    "program.Half.stop:call:1": (
        "await self.kill()",
        _CUT_OFF,
    ),
    "program.Half.switch:call:1": (
        "self._chase(domain)",
        _TWO_PROCESSES,
    ),
    "reconciliation.Reconciliation._check_page:constant:3": (
        "1",
        _REPORTED,
    ),
    "reconciliation.Reconciliation._check_page:constant:4": (
        "True",
        "There are as many results as prisoners asked about.",
    ),
    "reconciliation.Reconciliation._page:call:0": (
        "await self._time.sleep(RETRY_DELAY)",
        "A pause of seconds between two reads that both are made.",
    ),
    "reconciliation.Reconciliation.check_all:constant:2": (
        "0",
        "No offender of NOMIS has the id 1.",
    ),
    "reconciliation.is_last_page:constant:2": (
        "0",
        "Told of no last id the page is empty, and so short.",
    ),
    "switches.read:comparison:1": (
        "folded not in known",
        _OWN_TESTS,
    ),
    "switches.read:comparison:4": (
        "value.strip().lower() == 'true'",
        _OWN_TESTS,
    ),
}


def is_explained(identifier: str, words: str) -> bool:
    """Whether a mutant of this id and these words has its reason here."""
    return EXPLAINED.get(identifier, ("", ""))[0] == words
