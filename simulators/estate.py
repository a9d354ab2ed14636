"""The whole estate's history as a function of a seed: computed, never stored.

Two sides that compute the same seed hold the same notes and alerts. Ids can be turned
back into prisoners, so that a look-up by any id finds its row without a table:

* NOMIS ids: blocks of 64 prisoners own 65,536 ids each, from 110,000,001 up; within a
  block the prisoners' notes follow each other. New notes of the fakes lie below.
* DPS ids begin with NOMIS' key in hexadecimal (of a note its id, of an alert booking
  and sequence); the rest is a hash of seed and key.
* Bookings: two ids for each prisoner from 3,000,001 up, of which one may be unused.
* Prisoner numbers are a permutation of the range that starts with X.

| figure | value | source |
|---|---|---|
| prisoners | 814,264 | events-and-config 10 (July 2024) |
| notes a prisoner, on average | 134, so 109 million | the same |
| largest prisoner | above 10 MB of text | the same |
| spread of notes a prisoner | lognormal, median 65 | assumed |
| prisons | 120 | assumed |
| staff | 60 a prison | assumed |
| length of a text | lognormal, median 350, at most 3,000 characters | assumed |
| who writes | staff of the prison where the prisoner is | assumed |
| amendments | none 85 %, one 11 %, two or three 4 % | assumed |
| bookings a prisoner | one 60 %, two 40 % | assumed |
| types | GEN:OSE 45 %, KA:KS 20 %, GEN:HIS 20 %, others | assumed |
| alerts a prisoner | none 45 %, else geometric: mean 2.5, at most 20 | assumed |
| alerts in all | 1.4 a prisoner, so 1.1 million | of the above |
| active alerts | a third: of the latest booking 40 %, of an older one none | assumed |
| codes of alerts | evenly `alert_codes`; active ones none that runs raise | assumed |
| comment of an alert | 60 % have one | assumed |
| alerts in DPS | those of the latest booking, mapped | http-contracts 7.6 |
| notes of type ALERT | none, though in life each alert left one or two | left out |
| NOMIS deletions in life | about 2 a day | events-and-config 10 |
| merges in life | a few a day | assumed |

The history knows neither merges nor deletions: it is what they left. No profile has
them at their true rate, at which a run of minutes would show none. Of the arrivals one
in 100 is a deletion, in every profile, 40 % of them in NOMIS (`load/arrivals.py`);
merges come in profile `merges` alone, one every four seconds
(`harness/loadrun/merging.py`).
"""

from __future__ import annotations

import hashlib
import math
import random
import string
from bisect import bisect_right
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from simulators import estate_alerts
from simulators.estate_alerts import HistoricAlert, Stay

PRISONERS = 814_264
PRISONS = 120
STAFF_A_PRISON = 60
MEAN_NOTES = 134
GIANT, GIANT_NOTES, GIANT_LENGTH = 7, 3_600, 3_000
"""The largest prisoner: index, notes, and characters of each text."""
FIRST_NOTE, FIRST_BOOKING, FIRST_STAFF = 110_000_001, 3_000_001, 700_001

_BLOCK, _IDS = 64, 65_536
_SPREAD = 1.2
_LENGTH = math.log(350)
_MEDIAN = math.log(MEAN_NOTES) - _SPREAD**2 / 2
_MOST = 4_000
_NUMBERS = 10**4 * 26**2
_STEP = 3_141_607  # coprime with the range
_LETTERS = string.ascii_uppercase
# In twentieths.
_TYPES = (
    *[("GEN", "OSE")] * 9,
    *[("KA", "KS")] * 4,
    *[("GEN", "HIS")] * 4,
    *[("POS", "IEP_ENC")] * 3,
)
_LONGEST = 3_000
_NO_AMENDMENT, _ONE = 0.85, 0.96
FIRST_DAY = datetime(2008, 1, 7, 8, 0)  # noqa: DTZ001 - London wall clock, as stored
_MINUTES = 18 * 365 * 24 * 60
LAST_DAY = FIRST_DAY + timedelta(minutes=_MINUTES)
_WORDS = (
    "He came to the office and asked about his visit; he was settled and polite. "
    "Spoke with him on the landing about work in the kitchens. "
    "Key worker session held; we went through his targets for this month. "
)
_FILLING = _WORDS * (_LONGEST // len(_WORDS) + 1)


class HistoricAmendment(NamedTuple):
    """An amendment of a historic note: text, staff (index) and local time."""

    text: str
    staff: int
    created: datetime


class HistoricNote(NamedTuple):
    """A historic note, the same on both sides; times are local, in whole seconds."""

    nomis_id: int
    dps_id: str
    booking: int
    type: str
    sub_type: str
    occurred: datetime
    created: datetime
    staff: int
    text: str
    amendments: tuple[HistoricAmendment, ...]


class Estate:
    """One estate; everything is worked out when asked for."""

    def __init__(self, seed: int) -> None:
        """Compute nothing yet."""
        self.seed = seed
        self._shift = _draw(seed, "numbers").randrange(_NUMBERS)
        self._ends = lru_cache(maxsize=2_048)(self._block_ends)

    def number(self, index: int) -> str:
        """Return the number of the prisoner with that index."""
        rest, digits = divmod((index * _STEP + self._shift) % _NUMBERS, 10**4)
        first, last = divmod(rest, 26)
        return f"X{digits:04d}{_LETTERS[first]}{_LETTERS[last]}"

    def index(self, number: str) -> int | None:
        """Return whose number it is; None: nobody's of the estate."""
        digits = number[1:5]
        if len(number) != 7 or number[0] != "X" or not digits.isdecimal():  # noqa: PLR2004
            return None
        letters = [_LETTERS.find(one) for one in number[5:]]
        if min(letters) < 0:
            return None
        place = (letters[0] * 26 + letters[1]) * 10**4 + int(digits)
        index = (place - self._shift) * pow(_STEP, -1, _NUMBERS) % _NUMBERS
        return index if index < PRISONERS else None

    def count(self, index: int) -> int:
        """Return how many historic notes a prisoner has."""
        if index == GIANT:
            return GIANT_NOTES
        drawn = _draw(self.seed, f"count/{index}").lognormvariate(_MEDIAN, _SPREAD)
        return min(round(drawn), _MOST)

    def prison(self, index: int) -> int:
        """Return the prison (0 to 119) where a prisoner is; large ones hold more."""
        share = _draw(self.seed, f"prison/{index}").random()
        return int(PRISONS * share**1.4)

    def bookings(self, index: int) -> tuple[int, ...]:
        """Return a prisoner's bookings, the latest first."""
        first = FIRST_BOOKING + 2 * index
        two = _draw(self.seed, f"bookings/{index}").random() < 0.4  # noqa: PLR2004
        return (first + 1, first) if two else (first,)

    def owner(self, known: int | str) -> int | None:
        """Return whose an id is; None: none of the estate's.

        It is the NOMIS id of a note, the DPS id of a note or alert, or a booking.
        """
        if isinstance(known, str):
            nomis_id = int(known[:8], 16)
            if known not in (self.dps_id(nomis_id), self._alert_id(known)):
                return None
            known = nomis_id
        index, second = divmod(known - FIRST_BOOKING, 2)
        if 0 <= index < PRISONERS:
            return index if not second or known in self.bookings(index) else None
        block, offset = divmod(known - FIRST_NOTE, _IDS)
        if block < 0 or block * _BLOCK >= PRISONERS:
            return None
        ends = self._ends(block)
        within = bisect_right(ends, offset)
        return block * _BLOCK + within if within < len(ends) else None

    def dps_id(self, nomis_id: int) -> str:
        """Return the DPS id of a note."""
        digest = hashlib.blake2b(
            b"%d/%d" % (self.seed, nomis_id), digest_size=10
        ).hexdigest()
        return (
            f"{nomis_id:08x}-{digest[16:]}-7{digest[:3]}-8{digest[3:6]}-{digest[6:18]}"
        )

    def notes(self, index: int) -> list[HistoricNote]:
        """Return a prisoner's notes, ascending by id."""
        block, within = divmod(index, _BLOCK)
        ends = self._ends(block)
        begin = FIRST_NOTE + block * _IDS + (ends[within - 1] if within else 0)
        draw, moments = self._moments(index)
        bookings = self.bookings(index)
        older = _older(moments, bookings)
        staff = STAFF_A_PRISON * self.prison(index)
        return [
            self._note(
                draw,
                staff,
                begin + place,
                bookings[-1] if place < older else bookings[0],
                moment,
                GIANT_LENGTH if index == GIANT else 0,
            )
            for place, moment in enumerate(moments)
        ]

    def alerts(self, index: int) -> list[HistoricAlert]:
        """Return a prisoner's alerts, the latest booking's first, by sequence."""
        draw = _draw(self.seed, f"alerts/{index}")
        first = STAFF_A_PRISON * self.prison(index)
        staff = range(first, first + STAFF_A_PRISON)
        return estate_alerts.drawn(draw, self.seed, self._stays(index), staff)

    def _stays(self, index: int) -> list[Stay]:
        """Return the bookings, latest first, with the days that their notes tell."""
        _, moments = self._moments(index)
        bookings = self.bookings(index)
        older = _older(moments, bookings)
        begun = moments[older] if moments else FIRST_DAY
        stays = [Stay(bookings[0], begun.date(), LAST_DAY.date())]
        if len(bookings) > 1:
            first, last = (moments[0], moments[older - 1]) if older else [FIRST_DAY] * 2
            stays.append(Stay(bookings[1], first.date(), last.date()))
        return stays

    def _moments(self, index: int) -> tuple[random.Random, list[datetime]]:
        """Return when a prisoner's notes were written, and the draw of what follows."""
        draw = _draw(self.seed, f"notes/{index}")
        count = self.count(index)
        minutes = sorted(int(draw.random() * _MINUTES) for _ in range(count))
        return draw, [FIRST_DAY + timedelta(minutes=minute) for minute in minutes]

    def _alert_id(self, known: str) -> str:
        return estate_alerts.dps_id(self.seed, *estate_alerts.key(known))

    def _note(
        self,
        draw: random.Random,
        staff: int,
        nomis_id: int,
        booking: int,
        at: datetime,
        size: int,
    ) -> HistoricNote:
        chance = draw.random
        length = size or min(int(draw.lognormvariate(_LENGTH, 0.9)) + 1, _LONGEST)
        kind = _TYPES[int(chance() * len(_TYPES))]
        text = f"Note {nomis_id}. {_FILLING[:length]}"
        share = chance()
        parts = 0 if share < _NO_AMENDMENT else 1 if share < _ONE else 2 + nomis_id % 2
        return HistoricNote(
            nomis_id=nomis_id,
            dps_id=self.dps_id(nomis_id),
            booking=booking,
            type=kind[0],
            sub_type=kind[1],
            occurred=at - timedelta(minutes=int(chance() * 240)),
            created=at,
            staff=staff + int(chance() * STAFF_A_PRISON),
            text=text[:length].rstrip(),
            amendments=tuple(
                HistoricAmendment(
                    f"Amendment {place} of note {nomis_id}.",
                    staff + int(chance() * STAFF_A_PRISON),
                    at + timedelta(days=place),
                )
                for place in range(1, parts + 1)
            ),
        )

    def _block_ends(self, block: int) -> list[int]:
        """Return where the notes of each prisoner of a block end, as offsets."""
        members = range(block * _BLOCK, min((block + 1) * _BLOCK, PRISONERS))
        return list(accumulate(self.count(index) for index in members))


def _older(moments: list[datetime], bookings: tuple[int, ...]) -> int:
    """Return how many of the notes are on an older booking: the first ones."""
    return len(moments) // 2 if len(bookings) > 1 else 0


def _draw(seed: int, what: str) -> random.Random:
    return random.Random(f"{seed}/estate/{what}")  # noqa: S311 - repeatable, not secret
