@dps-only
Feature: Notes that are for DPS alone never reach NOMIS
  Some kinds of note are not for NOMIS, and some are sensitive. The sync must never
  copy them.

  @TOG-10
  Scenario: A note of a DPS-only kind stays in DPS
    Given a prisoner
    When DPS itself writes a note of type "ACP/REFD"
    Then the note never reaches NOMIS
    And a later note by the same route does arrive in NOMIS

  @TOG-10
  Scenario: A sensitive note stays in DPS
    Given a prisoner
    When a DPS user writes a case note in DPS of type "OMIC/GEN"
    Then the note never reaches NOMIS
    And a later note by the same route does arrive in NOMIS

  @TOG-10
  Scenario: Amending and deleting a DPS-only note tells NOMIS nothing
    Given a prisoner
    When a DPS user writes a case note in DPS of type "OMIC/GEN"
    And a DPS user amends the note in DPS
    And an administrator deletes the note in DPS
    Then the note never reaches NOMIS
    And a later note by the same route does arrive in NOMIS
