"""The guides as data: their commands, their features, and the parts that are made.

    python -m tests.run.documents

writes the made parts anew: the picture of a result and the conformance cases in
README.md, what a slip of the pen is answered with in docs/testers.md, the options in
docs/fakes.md, docs/steps.md.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from harness.catalogue import LEGEND, ORDER, all_steps, title
from harness.cli import main
from harness.fakeoptions import OPTIONS

ROOT = Path(__file__).resolve().parents[2]
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
STEPS = ROOT / "docs" / "steps.md"
README = ROOT / "README.md"
TESTERS = ROOT / "docs" / "testers.md"
FAKES = ROOT / "docs" / "fakes.md"

PICTURE = [
    "tandem",
    "verify",
    "features/loop-prevention.feature::A note written in DPS is not sent back to DPS",
    *("--tier", "simulated", "--defect", "LOOP-11"),
]

_CONTAINERS = "needs a container engine; tests/containers tries it"

NOT_RUN = {
    **dict.fromkeys(
        (
            "docker build -t tandem:local .",
            (
                "tandem verify --tier containers --to-nomis container:your-build:local "
                "--tags smoke"
            ),
            (
                "tandem verify --tier containers --sync container:your-build:local "
                "--world-image tandem:local"
            ),
            'docker run --rm -v "$PWD:/w" tandem:local verify /w',
            (
                'docker run --rm --user "$(id -u)" -v "$PWD:/w" tandem:local verify /w '
                "--report /w/report"
            ),
            "docker compose up --detach",
            "docker compose run --rm tandem verify --tags smoke",
        ),
        _CONTAINERS,
    ),
    "pipx run --spec /path/to/tandem tandem verify .": "tests/delivery installs it",
    "tandem doctor": "says what this machine lacks; tests/delivery tries it",
    "tandem doctor --stack http://127.0.0.1:4567": "tests/delivery tries it",
    "make verify": "the main job of .ci/run",
    "make test": "a part of .ci/run, and what runs this test",
    'tandem verify --to-nomis "command:java -jar build/libs/app.jar"': (
        "needs a build of the sync and a Java runtime"
    ),
    'tandem verify features/failures.feature --to-nomis "command:java -jar new.jar" '
    '--old-to-nomis "command:java -jar old.jar"': "needs two builds of the sync",
    "tandem verify features/toggle-matrix.feature "
    '--to-nomis "command:java -jar build/libs/app.jar" '
    "--when-off-to-nomis backfilled": "needs a build of the sync and a Java runtime",
    "tandem verify --to-nomis external": "needs a sync that runs already",
    "tandem verify --from-nomis external --sync-wait 120": (
        "needs a sync that runs already"
    ),
    "tandem up --option dps-hears-alerts=false": "does not end by itself",
    "tandem up": "does not end by itself; test_processes starts and ends it",
    "tandem verify first.feature --stack http://127.0.0.1:4567": (
        "needs the world of the line before it; test_processes attaches to one"
    ),
    "tandem verify features/rehearsal.feature --tier simulated": (
        "takes a minute of processor time"
    ),
    "export TANDEM_CLIENT_ID=... TANDEM_CLIENT_SECRET=...": "needs real credentials",
    "tandem compare --nomis URL --dps URL --mapping URL --auth URL/auth "
    "--sample 2000 --state compare.ndjson --report test-results": (
        "needs a real environment"
    ),
    'tandem verify --to-nomis "command:..." --known known/real-builds.toml': (
        "needs a build of the sync"
    ),
    "tandem dependencies --journal journal.ndjson": "needs the journal of a real run",
    "python -m harness.tap": "fetches WireMock; tests/rollout tries it",
    "tandem verify features/x.feature --tap nomis=https://nomis-api.example": (
        "needs a real upstream"
    ),
    **dict.fromkeys(
        (
            "make load",
            "tandem capacity",
        ),
        "takes minutes; tests/load plays runs of this kind",
    ),
    **dict.fromkeys(
        (
            (
                'tandem load --to-nomis "command:java -jar to-nomis.jar" '
                "--from-nomis external"
            ),
            "tandem up --host 0.0.0.0",
            "tandem load --sync external --stack http://WORLD:4567",
            (
                "locust -f load/locustfile.py --master --host http://WORLD:4567 "
                "--rate 50 --share 4"
            ),
            "locust -f load/locustfile.py --worker --master-host MASTER",
            (
                "locust -f load/locustfile.py --services services.toml --people "
                "people.json --rate 5 --changes changes.ndjson"
            ),
            "tandem lag --services services.toml --changes changes.ndjson",
        ),
        "needs a sync of yours, or several machines; tests/load tries it on one",
    ),
}
"""Commands of the guides that the tests do not run, each with the reason."""


def cut_short(words: list[str]) -> list[str]:
    """Return the command of a load run as a test plays it: seconds, not minutes."""
    rolled_out = {"wave", "rollback"} & set(words)
    minutes = "0.4" if rolled_out else "0.05"
    return [*words, "--minutes", minutes, "--settle", "40"]


_FENCE = re.compile(
    r"(?:<!-- plays: (?P<plays>\w+) -->\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """One fenced block: the guide, its kind, its text, how it should play."""

    guide: Path
    kind: str
    text: str
    plays: str


def blocks(kind: str) -> list[Block]:
    """Return the fenced blocks of that kind in all guides."""
    return [
        Block(guide, kind, found["text"], found["plays"] or "pass")
        for guide in GUIDES
        for found in _FENCE.finditer(guide.read_text(encoding="utf-8"))
        if found["kind"] == kind
    ]


def commands() -> list[str]:
    """Return the commands of all guides, without comments, each once."""
    lines = [
        re.sub(r"\s+# .*$", "", line).strip()
        for block in blocks("sh")
        for line in re.sub(r"\\\n\s*", "", block.text).splitlines()
    ]
    return list(dict.fromkeys(line for line in lines if line))


def picture() -> str:
    """Return the block of README.md that shows a result: command and output."""
    return _shown(PICTURE, {})


def slip() -> str:
    """Return the block of docs/testers.md that answers a slip of the pen."""
    (block,) = [b for b in blocks("gherkin") if b.plays == "usage"]
    words = ["tandem", "steps", "--check", "slip.feature"]
    return _shown(words, {"slip.feature": block.text})


def cases() -> str:
    """Return the table of README.md: how many conformance cases each service has."""
    listed = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--collect-only", "-q"),
            *("-p", "no:randomly", "tests/conformance"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = Counter(
        line.split("/")[2].replace("_", "-")
        for line in listed.splitlines()
        if line.startswith("tests/conformance/") and line.count("/") > 2
    )
    rows = [f"| {name} | {number} |" for name, number in sorted(found.items())]
    total = f"| all | {found.total()} |"
    return "\n".join(["| service | cases |", "|---|---|", *rows, total]) + "\n"


def options() -> str:
    """Return the table of docs/fakes.md: every option of the fakes."""
    rows = [
        f"| `{name}` | {option.values} | {option.meaning} | {option.source} |"
        for name, option in OPTIONS.items()
    ]
    head = [
        "| option | values, default first | meaning | source |",
        "|---|---|---|---|",
    ]
    return "\n".join([*head, *rows]) + "\n"


def _shown(command: list[str], files: dict[str, str]) -> str:
    """Return a block with a command, run in a folder with these files, and its output.

    Our features are there as well.
    """
    printed = io.StringIO()
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "features").symlink_to(ROOT / "features")
        for name, text in files.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        os.chdir(folder)
        try:
            with (
                contextlib.redirect_stdout(printed),
                contextlib.redirect_stderr(printed),
                contextlib.suppress(SystemExit),
            ):
                main(command[1:])
        finally:
            os.chdir(before)
    words = " ".join(f"'{w}'" if " " in w else w for w in command)
    text = printed.getvalue().replace(f"{ROOT}/", "").rstrip()
    return f"```text\n$ {words}\n{text}\n```\n"


def with_made(text: str, name: str, shown: str) -> str:
    """Put a made part between its marks (`<!-- begin: name -->`) in a guide's text."""
    begin, end = f"<!-- begin: {name} -->\n", f"<!-- end: {name} -->"
    head, _, rest = text.partition(begin)
    return f"{head}{begin}{shown}{end}{rest.partition(end)[2]}"


def shape(text: str) -> str:
    """Return the text without what differs from run to run: ids, names, numbers."""
    bare = re.sub(r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b", "ID", text)
    bare = re.sub(
        r"\b[A-Z0-9]+_GEN\b|\b[A-Z]\d{4}[A-Z]{2}\b|\b[A-Z]{3}\b", "NAME", bare
    )
    bare = re.sub(r"[\d.]+ ?(?:ms|s)\b", "TIME", bare)
    return re.sub(r" +", " ", re.sub(r"\d+(?:\.\d+)?", "N", bare))


def catalogue() -> str:
    """Return docs/steps.md: every step with its meaning and an example."""
    lines = [
        "# Steps",
        "",
        "Made by `make docs` from the step library; the same as `tandem steps`.",
        "",
        LEGEND,
        "Any `When` may add *before the sync has caught up* at its end, or *meanwhile*",
        "before it: then its messages are held back until the next change is made too.",
    ]
    kinds = {"given": "Given", "when": "When", "then": "Then", "any": "Given or When"}
    for kind in sorted(ORDER, key=lambda kind: ORDER[kind]):
        lines += ["", f"## {kinds[kind]}"]
        for step in all_steps():
            if step.kind != kind:
                continue
            words = title(step).removeprefix(f"{kinds[kind]} ")
            lines += ["", f"### `{words}`", "", step.meaning, "", "```text"]
            lines += [*step.example.splitlines(), "```"]
    return "\n".join(lines) + "\n"


def write() -> None:
    """Write the made parts anew."""
    STEPS.write_text(catalogue(), encoding="utf-8")
    text = README.read_text(encoding="utf-8")
    text = with_made(with_made(text, "picture", picture()), "cases", cases())
    README.write_text(text, encoding="utf-8")
    text = TESTERS.read_text(encoding="utf-8")
    TESTERS.write_text(with_made(text, "slip", slip()), encoding="utf-8")
    text = FAKES.read_text(encoding="utf-8")
    FAKES.write_text(with_made(text, "options", options()), encoding="utf-8")


if __name__ == "__main__":
    write()
