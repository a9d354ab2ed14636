"""Steps: notes from before the migration, and the migration itself."""

from __future__ import annotations

from pytest_bdd import given, when

from features import users
from features.steps.outcomes import require
from features.steps.tables import seed
from harness.scene import Scene, StepError


@given("a note that an old merge copied to the present booking")
def seeded_copy(scene: Scene) -> None:
    """Put a historic note and its merge copy on the present booking into NOMIS.

    Example: Given a note that an old merge copied to the present booking
    """
    row = {"text": "Copied by an old merge.", "occurred": "2018-04-05T09:10:00"}
    seed(scene, {**row, "booking": "earlier"})
    seed(scene, row, audit_module="MERGE")
    scene.world.keep_baseline(scene.scope)


@when("the migration runs")
def migrate(scene: Scene) -> None:
    """Run the sync's initial migration for the scenario's prisoners.

    Example: When the migration runs
    """
    able = scene.stack.traits("from-nomis").names()
    if "runs" not in able:
        raise StepError("no sync from NOMIS to DPS runs, so nothing can migrate")
    if "migrates" not in able:
        # The real builds lost their migration (events-and-config 8.1): where it only
        # prepares a scenario, the world loads the notes in their place.
        for prisoner in scene.scope:
            scene.world.migrate(prisoner)
        scene.world.keep_baseline(scene.scope)
        return
    answer = scene.stack.admin(
        "from-nomis", "POST", "/migrate/casenotes", {"offenderNos": scene.scope}
    )
    users.must(scene, answer, "the migration")
    failed = (answer["body"] or {}).get("failed")
    require(not failed, f"the migration says that it failed for {failed}")
