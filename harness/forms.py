"""The plain lines that one step stands for, and those nearest to a line that is none.

A step's wording has `[...]` for what may be left out, `(a|b)` and `<a|b>` for choices.
A *form* is one way through them, with only the `<name>`s left open: what a tester can
copy into a feature file.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache
from itertools import islice, product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.gherkin import StepDefinition

# Forms of one step that are looked at; the toggle matrix alone has 66.
MOST_FORMS = 600
_CLOSERS = {"[": "]", "(": ")", "<": ">"}
_OPEN = re.compile(r"<(\w+)>")
_QUOTED = re.compile(r'"[^"]*"')
_NUMBER = re.compile(r"\b\d+\b")
# How near a misspelt word must be to count as the word, and how many forms are
# compared letter by letter after that.
_SPELLING = 0.75
_CLOSELY = 60


@dataclass(frozen=True)
class Suggestion:
    """A step and the form of it that is nearest to what was written, with keyword."""

    step: StepDefinition
    keyword: str
    form: str

    def __str__(self) -> str:
        return f"{self.keyword} {self.form}"


@cache
def forms(wording: str) -> tuple[str, ...]:
    """Return the plain lines that a step's wording stands for, shortest choice first.

    Example: `a note[ in <NOMIS|DPS>]` is `a note`, `a note in NOMIS`, `a note in DPS`.
    """
    found = islice(_expand(wording), MOST_FORMS)
    return tuple(dict.fromkeys(" ".join(form.split()) for form in found))


def _expand(text: str) -> Iterator[str]:
    """Yield every way through the brackets of `text`."""
    pieces: list[list[str]] = []
    at = 0
    while at < len(text):
        if text[at] not in _CLOSERS:
            pieces.append([text[at]])
            at += 1
            continue
        end = _closing(text, at)
        inner = text[at + 1 : end]
        if text[at] == "<" and _OPEN.fullmatch(text[at : end + 1]):
            pieces.append([text[at : end + 1]])
        else:
            choices = [form for part in _parts(inner) for form in _expand(part)]
            pieces.append(["", *choices] if text[at] == "[" else choices)
        at = end + 1
    return ("".join(one) for one in product(*pieces))


def _closing(text: str, start: int) -> int:
    """Return where the bracket at `start` is closed."""
    waiting = [_CLOSERS[text[start]]]
    for at in range(start + 1, len(text)):
        if text[at] == waiting[-1]:
            waiting.pop()
            if not waiting:
                return at
        elif text[at] in _CLOSERS:
            waiting.append(_CLOSERS[text[at]])
    raise ValueError(f"{text!r}: the {text[start]!r} at {start} is not closed")


def _parts(text: str) -> list[str]:
    """Split at the `|` that stand in no inner bracket."""
    parts, at, begin = [], 0, 0
    while at < len(text):
        if text[at] in _CLOSERS:
            at = _closing(text, at)
        elif text[at] == "|":
            parts.append(text[begin:at])
            begin = at + 1
        at += 1
    return [*parts, text[begin:]]


def nearest(
    line: str, steps: Sequence[StepDefinition], kind: str = "any", count: int = 3
) -> list[Suggestion]:
    """Return the nearest form of each of the nearest steps, best first.

    Steps that `kind` of line cannot use count a little less. What stands between
    quotes in `line`, and its numbers, are put into the form where they fit.
    """
    bare = _masked(line)
    spoken = _Words(bare, {word for step in steps for word in _words_of(step)})
    scored = sorted(
        (
            (-spoken.shared(form) - _bonus(step, kind), index, form)
            for index, step in enumerate(steps)
            for form in forms(step.wording)
        ),
    )
    close = sorted(
        (rough - _order(bare, _masked(form)) / 2, index, form)
        for rough, index, form in scored[:_CLOSELY]
    )
    best: dict[int, str] = {}
    for _, index, form in close:
        best.setdefault(index, form)
    return [
        Suggestion(
            steps[index],
            _keyword(steps[index], kind),
            _filled(steps[index], form, line),
        )
        for index, form in list(best.items())[:count]
    ]


def _keyword(step: StepDefinition, kind: str) -> str:
    if step.kind != "any":
        return step.kind.capitalize()
    return "When" if kind == "when" else "Given"


def _bonus(step: StepDefinition, kind: str) -> float:
    return 0.05 if kind == "any" or step.kind in ("any", kind) else 0.0


def _masked(text: str) -> str:
    """Return the text without what is the tester's own: names, texts, numbers."""
    bare = _OPEN.sub("", _QUOTED.sub('""', text.lower()))
    return " ".join(_NUMBER.sub("", bare).split())


def _words_of(step: StepDefinition) -> list[str]:
    return re.findall(r"\w+", " ".join(forms(step.wording)).lower())


def _order(line: str, form: str) -> float:
    return difflib.SequenceMatcher(None, line, form, autojunk=False).ratio()


class _Words:
    """The words of one line, each with the words of the library it may stand for."""

    def __init__(self, line: str, known: set[str]) -> None:
        words = re.findall(r"\w+", line)
        vocabulary = sorted(known)
        self.near = [
            {word}
            if word in known
            else set(difflib.get_close_matches(word, vocabulary, 3, _SPELLING))
            for word in words
        ]

    def shared(self, form: str) -> float:
        """Say how much of the line is in the form and of the form in the line: 0..1."""
        words = set(re.findall(r"\w+", _masked(form)))
        if not words or not self.near:
            return 0.0
        hits = sum(bool(near & words) for near in self.near)
        return 2 * hits / (len(words) + len(self.near))


def _filled(step: StepDefinition, form: str, line: str) -> str:
    """Put the line's own names and numbers into the form, if it is that step then."""
    own = _QUOTED.findall(line)
    numbers = _NUMBER.findall(_QUOTED.sub("", line))
    if form.count('"<') != len(own):
        return form
    for text in own:
        open_name = re.search(r'"<\w+>"', form)
        if open_name:
            form = form.replace(open_name[0], text, 1)
    if len(_OPEN.findall(form)) != len(numbers):
        return form
    filled = form
    for number in numbers:
        filled = _OPEN.sub(number, filled, count=1)
    return filled if step.context.parser.is_matching(filled) else form
