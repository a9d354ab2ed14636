@rehearsal
Feature: A roll-out can be rehearsed from the migration to the full estate
  ADR 003: migrate and sync silently for weeks, check, start with a private beta in two
  prisons, go on in waves to the full estate; every step can be taken back at any time.

  @virtual-time @needs-migration @long
  Scenario: From the migration to the full estate, one wave back and forward again
    Given a prisoner called "First" in "Redmarsh"
    And a prisoner called "Second" in "Thornhill"
    And a prisoner called "Third" in "Oldgate"
    And a prisoner called "Fourth" in "Whitmoor"
    And the DPS service is switched off in "Redmarsh"
    And the DPS service is switched off in "Thornhill"
    And the DPS service is switched off in "Oldgate"
    And the DPS service is switched off in "Whitmoor"
    And these case notes in NOMIS from before the migration:
      | booking | type    | text             | amendments                     |
      | earlier | KA/KS   | First session.   | oldest: Later. ; middle: More. |
      | present | GEN/HIS | Came from court. | new: Settled in.               |
    When the migration runs
    Then the comparison finds no difference
    # Silent: nobody uses the new service yet, and both sides are checked for weeks.
    When 3 weeks pass with changes on both sides daily
    Then the comparison finds no difference
    And nobody was disturbed
    # The private beta in two prisons: DPS first, then their NOMIS screens go off.
    When the DPS service is switched on in "Redmarsh"
    And the DPS service is switched on in "Thornhill"
    And 1 week passes with changes on both sides daily
    Then the comparison finds no difference
    When the NOMIS screens are switched off in "Redmarsh"
    And the NOMIS screens are switched off in "Thornhill"
    # A wave, then the full estate.
    And the DPS service is switched on in "Oldgate"
    And the NOMIS screens are switched off in "Oldgate"
    And 1 week passes with changes on both sides daily
    Then the comparison finds no difference
    When the DPS service is switched on in "Whitmoor"
    And the NOMIS screens are switched off in "Whitmoor"
    And 1 week passes with changes on both sides daily
    Then the comparison finds no difference
    And nobody was disturbed
    # One wave is rolled back, and goes forward again.
    When the NOMIS screens are switched on in "Oldgate"
    And the DPS service is switched off in "Oldgate"
    And 1 week passes with changes on both sides daily
    Then the comparison finds no difference
    When the DPS service is switched on in "Oldgate"
    And the NOMIS screens are switched off in "Oldgate"
    And 1 week passes with changes on both sides daily
    Then the comparison finds no difference
    And nobody was disturbed

  Scenario: The comparison sees what nobody told the sync
    Given a case note written in DPS
    When an officer amends the note in NOMIS
    Then the comparison finds no difference
    Given someone changed the NOMIS text behind the sync's back
    Then the comparison finds a difference
