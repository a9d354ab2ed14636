"""Collecting `.feature` files directly, with no Python beside them."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from pytest_bdd import scenario as bdd_scenario
from pytest_bdd.feature import features as parsed_features

from harness.explain import REPORT
from harness.reading import FeatureError, read_feature

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.gherkin import Matcher
    from harness.scene import Scene

MATCHER: pytest.StashKey[Matcher] = pytest.StashKey()


class FeatureFile(pytest.Module):
    """One feature file; each scenario (and each outline row) becomes a test item."""

    def _getobj(self) -> ModuleType:
        return ModuleType(self.path.stem)

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Parse, check every line against the step library, and yield the items."""
        path = Path(self.path)
        try:
            feature = read_feature(path)
        except FeatureError as error:
            raise self.CollectError(str(error)) from error
        problems = self.config.stash[MATCHER].problems(path, feature)
        if problems:
            raise self.CollectError("\n".join(problems))
        # pytest-bdd keeps parsed features by path: hand it ours, parsed strictly.
        parsed_features[str(path.resolve())] = feature
        items: list[Any] = []
        for name in feature.scenarios:

            @bdd_scenario(path.name, name, features_base_dir=str(path.parent.resolve()))
            def run(scene: Scene) -> None:
                scene.memory[REPORT] = scene.conclude()

            run.__name__ = name
            setattr(self.obj, name, run)
            items.extend(self._genfunctions(name, run))
        return items


def collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Return the collector for a feature file, None for any other file."""
    if file_path.suffix != ".feature":
        return None
    collector: pytest.Collector = FeatureFile.from_parent(parent, path=file_path)
    return collector
