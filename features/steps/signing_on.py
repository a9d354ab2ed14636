"""Steps: the sync's tokens and roles, and the keys of the sign-on service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import parsers, step

if TYPE_CHECKING:
    from harness.scene import Scene

HALF = {"DPS to NOMIS": "to-nomis", "NOMIS to DPS": "from-nomis"}
_PLACES = {"NOMIS": "nomis", "DPS": "dps", "the mapping service": "mapping"}


def expire_tokens(scene: Scene) -> None:
    """Let no service accept the tokens that the sync holds; it has to ask anew."""
    for half in HALF.values():
        scene.world.option("revoked-tokens", half)


@step(
    parsers.re(
        r"the sign-on service (?P<how>revokes the sync's tokens|changes its keys)"
    )
)
def sign_on(scene: Scene, how: str) -> None:
    """Make the tokens that the sync holds invalid, before their time.

    With new keys every token signed by the old one is, whoever holds it.

    Example: When the sign-on service revokes the sync's tokens
    """
    if how == "changes its keys":
        scene.world.option("signing-keys", True)
    else:
        expire_tokens(scene)


@step(
    parsers.re(
        r"the sync from (?P<direction>DPS to NOMIS|NOMIS to DPS) "
        rf"(?P<how>loses|is given back) its role in (?P<place>{'|'.join(_PLACES)})"
    )
)
def role(scene: Scene, direction: str, how: str, place: str) -> None:
    """Take the role away that one direction needs in a service, or give it back.

    It holds at once: the tokens of before are no longer valid.

    Example: When the sync from DPS to NOMIS loses its role in NOMIS
    """
    client = f"{HALF[direction]}-{_PLACES[place]}"
    held = how == "is given back"
    scene.world.option("client-roles", {"client": client, "held": held})
    if not held:
        restored = {"client": client, "held": True}
        scene.undo_later("option", ("client-roles", restored))
