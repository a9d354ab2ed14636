"""The one-way register: what holds the sync from NOMIS to DPS in place (ADR 003).

register.toml        the sources of NOMIS writes, edited by people
  + evidence.json    the scenarios that break without NOMIS to DPS (`--derive`)
  + counts           NOMIS events by audit module, from journals (`--journal`)
  -> render          table, Markdown or JSON, ending with what must be zero
"""

from harness.dependencies.register import Source, load_register

__all__ = ["Source", "load_register"]
