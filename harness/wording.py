"""Steps in the words a tester reads: patterns made readable.

A step's pattern is a regular expression or a `parse` format. Here it becomes plain
text: `[...]` may be left out, `(a|b)` and `<a|b>` are choices, `<name>` is yours.
"""

from __future__ import annotations

import difflib
import re

_FORMAT_FIELD = re.compile(r"\{(\w+)(?::[^}]*)?\}")
_NAMED_GROUP = re.compile(r"\(\?P<(\w+)>")
# What makes a piece of a pattern more than plain words.
_CLASS = re.compile(r"\[(?:\\.|[^\]\\])*\]|\\[dwsDWS]|\.")
_REPEAT = re.compile(r"[*+]\??|\{\d*,?\d*\}")

_KEYWORDS = ("given", "when", "then", "and", "but")
# Words that descriptions begin with and that are near to a keyword.
_PROSE = ("the", "an", "gives")


def plain_format(text: str) -> str:
    """Show a `parse` format: `{count:d} notes` is `<count> notes`."""
    return _FORMAT_FIELD.sub(r"<\1>", text)


def plain_regex(pattern: str) -> str:
    """Show a regular expression as a tester would write the line."""
    return _Reader(pattern).read()


class _Reader:
    """Reads the few constructs that step patterns use, left to right."""

    def __init__(self, pattern: str) -> None:
        self.text = pattern
        self.at = 0

    def read(self) -> str:
        choices, _ = self._choices()
        return _choice(choices, "()")

    def _choices(self) -> tuple[list[str], bool]:
        """Read up to the end of the group: the choices, and whether all are words."""
        choices = [""]
        wordy = True
        while self.at < len(self.text) and self.text[self.at] != ")":
            if self.text[self.at] == "|":
                choices.append("")
                self.at += 1
                continue
            piece, words = self._piece()
            choices[-1] += piece
            wordy = wordy and words
        return choices, wordy

    def _piece(self) -> tuple[str, bool]:
        start = self.at
        if self.text[start] == "(":
            piece, wordy, grouped = self._group()
        elif found := _CLASS.match(self.text, start):
            self.at = found.end()
            piece, wordy, grouped = "...", False, False
        else:
            # An escaped letter stands for itself.
            self.at += 2 if self.text[start] == "\\" else 1
            piece, wordy, grouped = self.text[self.at - 1], True, False
        if found := _REPEAT.match(self.text, self.at):
            self.at = found.end()
            return piece, False
        if self.text.startswith("?", self.at):
            self.at += 1
            inner = piece[1:-1] if grouped and piece[0] == "(" else piece
            return f"[{inner}]", wordy
        return piece, wordy

    def _group(self) -> tuple[str, bool, bool]:
        named = _NAMED_GROUP.match(self.text, self.at)
        if named:
            self.at = named.end()
        else:
            self.at += 3 if self.text.startswith("(?:", self.at) else 1
        choices, wordy = self._choices()
        self.at += 1
        if named and not (wordy and any(choices)):
            return f"<{named[1]}>", True, True
        if named and len(choices) > 1 and not choices[0].startswith(" "):
            return _choice(choices, "<>"), True, True
        return _choice(choices, "()"), wordy, True


def _choice(choices: list[str], brackets: str) -> str:
    if len(choices) == 1:
        return choices[0]
    return brackets[0] + "|".join(choices) + brackets[1]


def lost_keyword(line: str) -> bool:
    """Tell whether a line of a description was most likely meant to be a step."""
    words = line.split()
    if not words or words[0].lower() in _PROSE:
        return False
    return bool(difflib.get_close_matches(words[0].lower(), _KEYWORDS, 1, 0.76))
