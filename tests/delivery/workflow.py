"""A small runner of GitHub's composite actions and jobs: their `run` steps, for real.

It knows what our action and example use: inputs with defaults, `${{ ... }}` of inputs,
steps' outputs, env and github.sha, `if: always()`, GITHUB_OUTPUT. Steps that use
somebody else's action (checkout, upload) are passed over.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
_EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")


@dataclass
class Done:
    """What a job or an action did: exit code of the first step that failed, outputs."""

    code: int = 0
    said: str = ""
    outputs: dict[str, str] = field(default_factory=dict)


@dataclass
class Runner:
    """Runs steps in `folder` with `environment`; `work` keeps the runner's files."""

    folder: Path
    work: Path
    environment: dict[str, str]

    def action(self, path: Path, given: dict[str, str]) -> Done:
        """Run a composite action with the inputs that a job gives."""
        document = yaml.safe_load((path / "action.yml").read_text("utf-8"))
        declared: dict[str, Any] = document["inputs"]
        assert set(given) <= set(declared), (
            "the job gives an input that is not declared"
        )
        inputs = {
            f"inputs.{name}": str(given.get(name, each.get("default", "")))
            for name, each in declared.items()
        }
        known = {**inputs, "github.action_path": str(path)}
        done = self.steps(
            document["runs"]["steps"], known, {"GITHUB_ACTION_PATH": str(path)}
        )
        done.outputs = {
            name: fill(each["value"], known)
            for name, each in document["outputs"].items()
        }
        return done

    def steps(
        self,
        steps: list[dict[str, Any]],
        known: dict[str, str],
        more: dict[str, str] | None = None,
    ) -> Done:
        """Run the steps of a job or an action; `known` gains each step's outputs."""
        done = Done()
        for number, step in enumerate(steps):
            if not _wanted(step.get("if", ""), known, failed=bool(done.code)):
                continue
            one = self._step(step, known, more or {}, self.work / f"out-{number}")
            done.said += one.said
            done.code = done.code or one.code
            if "id" in step:
                for name, value in one.outputs.items():
                    known[f"steps.{step['id']}.outputs.{name}"] = value
        return done

    def _step(
        self,
        step: dict[str, Any],
        known: dict[str, str],
        more: dict[str, str],
        told: Path,
    ) -> Done:
        if (uses := step.get("uses")) is not None:
            if uses != "./.tandem":
                return Done()
            given = {k: fill(str(v), known) for k, v in step.get("with", {}).items()}
            summary = {"GITHUB_STEP_SUMMARY": str(self.work / "summary.md")}
            own = Runner(
                self.folder, self.work / "action", {**self.environment, **summary}
            )
            own.work.mkdir(exist_ok=True)
            return own.action(ROOT, {**self.always(given), **given})
        told.write_text("", encoding="utf-8")
        variables = {k: fill(str(v), known) for k, v in step.get("env", {}).items()}
        ran = subprocess.run(
            ["/bin/bash", "-e", "-o", "pipefail", "-c", fill(step["run"], known)],
            cwd=self.folder,
            env={
                **os.environ,
                "GITHUB_STEP_SUMMARY": str(self.work / "summary.md"),
                **self.environment,
                **more,
                **variables,
                "GITHUB_OUTPUT": str(told),
                "RUNNER_TEMP": str(self.work),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        lines = told.read_text("utf-8").splitlines()
        outputs = dict(line.split("=", 1) for line in lines)
        return Done(ran.returncode, ran.stdout + ran.stderr, outputs)

    def always(self, given: dict[str, str]) -> dict[str, str]:
        """Return inputs that this runner adds: a Tandem that is installed already."""
        assert "tandem" not in given
        return {"tandem": str(ROOT / ".venv" / "bin" / "tandem")}


def fill(text: str, known: dict[str, str]) -> str:
    """Put values in the place of `${{ name }}`; of `a || b` the first that is set."""

    def value(found: re.Match[str]) -> str:
        names = [name.strip() for name in found[1].split("||")]
        return next((known[n] for n in names if known.get(n)), "")

    return _EXPRESSION.sub(value, text)


def _wanted(condition: str, known: dict[str, str], *, failed: bool) -> bool:
    parts = [part.strip() for part in condition.split("&&") if part.strip()]
    if failed and "always()" not in parts:
        return False
    for part in parts:
        if part == "always()":
            continue
        name, sign, wanted = re.fullmatch(r"(\S+) (==|!=) '(.*)'", part).groups()  # type: ignore[union-attr]
        if (known.get(name, "") == wanted) is not (sign == "=="):
            return False
    return True
