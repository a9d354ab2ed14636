"""What a run is pointed at, handed from the command line to pytest by environment."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

SERVICES = (
    "alerts", "auth", "bus", "dps", "manage-users", "mapping", "nomis", "prison-api",
    "prisoner-search",
)  # fmt: skip
_PREFIX = "TANDEM_CONFORM_"


@dataclass(frozen=True)
class Aim:
    """The service under test; `url` None means our own fake."""

    service: str | None = None
    url: str | None = None
    token: str | None = None
    subjects: Path | None = None

    @classmethod
    def from_environment(cls) -> Aim:
        """Read what `as_environment` wrote."""
        subjects = os.environ.get(_PREFIX + "SUBJECTS")
        return cls(
            os.environ.get(_PREFIX + "SERVICE"),
            os.environ.get(_PREFIX + "URL"),
            os.environ.get(_PREFIX + "TOKEN"),
            Path(subjects) if subjects else None,
        )

    def as_environment(self) -> dict[str, str]:
        """Return the variables that carry this aim; a bus has one of its own."""
        values = {
            _PREFIX + "SERVICE": self.service,
            _PREFIX + "URL": self.url,
            _PREFIX + "TOKEN": self.token,
            _PREFIX + "SUBJECTS": str(self.subjects) if self.subjects else None,
            "TANDEM_BUS_ENDPOINT": self.url if self.service == "bus" else None,
        }
        return {name: value for name, value in values.items() if value}

    def token_without_roles(self) -> str | None:
        """Return the listed token that has no role of the service."""
        if self.subjects is None:
            return None
        listed = tomllib.loads(self.subjects.read_text("utf-8"))
        token = listed.get("tokens", {}).get("no_role")
        return str(token) if token else None
