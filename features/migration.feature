@migration
Feature: The initial migration copies every note and can be repeated
  ADR 002: all notes of all bookings move to DPS before any switch is flipped.

  @needs-migration
  Scenario: Notes of all bookings are in DPS after the migration
    Given a prisoner
    And these case notes in NOMIS from before the migration:
      | booking  | type    | text                   | occurred         |
      | earlier  | KA/KS   | First session.         | 2019-05-02T10:00 |
      | earlier  | GEN/HIS | Came from court.       | 2019-05-03T11:30 |
      | present  | GEN/HIS | Back again.            | 2025-11-20T09:15 |
    When the migration runs
    Then the prisoner has 3 case notes in DPS
    And both sides agree

  @needs-migration @DUP-11
  Scenario: Running the migration twice changes nothing
    Given a prisoner
    And these case notes in NOMIS from before the migration:
      | type    | text           |
      | KA/KS   | First session. |
      | GEN/HIS | Came by van.   |
    When the migration runs
    And the migration runs
    Then the prisoner has 2 case notes in DPS
    And both sides agree

  @needs-migration @DUP-11
  Scenario: A migration that is repeated after changes on both sides adds nothing
    Given a prisoner
    And these case notes in NOMIS from before the migration:
      | text           |
      | First session. |
    When the migration runs
    And an officer amends the note in NOMIS
    And a DPS user writes a case note in DPS
    And a DPS user amends the note in DPS
    And the migration runs
    Then the prisoner has 2 case notes in DPS
    And both sides agree

  @needs-migration @IDM-13
  Scenario: A migration that is repeated brings back what DPS lost
    Given a prisoner
    And these case notes in NOMIS from before the migration:
      | type    | text           |
      | KA/KS   | First session. |
      | GEN/HIS | Came by van.   |
    When the migration runs
    Given someone removed the DPS note behind the sync's back
    When the migration runs
    Then the prisoner has 2 case notes in DPS
    And both sides agree

  @needs-migration @IDM-13
  Scenario: A migration makes no second note of one that DPS wrote
    Given a case note written in DPS
    And someone removed the mapping behind the sync's back
    When the migration runs
    Then the prisoner has 1 case note in DPS
    And the prisoner has 1 case note in NOMIS

  @needs-migration @TXT-01
  Scenario: Amendments of all three eras are split from the text
    Given a prisoner
    And these case notes in NOMIS from before the migration:
      | type  | text     | amendments                                   |
      | KA/KS | Session. | oldest: Later. ; middle: More. ; new: Ended. |
    When the migration runs
    Then both sides hold the note with 3 amendments

  @needs-migration @MRG-01
  Scenario: Copies that a merge once made become one note in DPS
    Given a prisoner
    And a note that an old merge copied to the present booking
    When the migration runs
    Then the prisoner has 1 case note in DPS
    And the prisoner has 2 case notes in NOMIS

  @needs-migration
  Scenario: A migrated note amended afterwards is amended on both sides
    Given a prisoner
    And these case notes in NOMIS from before the migration:
      | type  | text           |
      | KA/KS | First session. |
    When the migration runs
    And an officer amends the note in NOMIS
    And a DPS user amends the note in DPS
    Then both sides hold the note with 2 amendments

  @needs-migration @IDM-13 @ORD-01
  Scenario: Notes of all bookings are changed while the migration runs
    Given a prisoner
    And these case notes in NOMIS from before the migration:
      | called | booking | type    | text           | amendments     |
      | first  | earlier | KA/KS   | First session. | middle: Later. |
      | second | earlier | GEN/HIS | Came by van.   |                |
      | third  | present | GEN/HIS | Back again.    |                |
    When the migration runs
    And meanwhile an officer amends the note "first" in NOMIS
    And meanwhile an officer edits the note "second" in NOMIS to say "Came by train."
    And meanwhile an officer deletes the note "third" in NOMIS
    Then both sides hold the note "first" with 2 amendments
    And both sides show the text "Came by train." of the note "second"
    And the note "third" is gone from both sides

  @needs-migration @IDM-13
  Scenario: A note written while the migration runs is in DPS once
    Given a prisoner
    And these case notes in NOMIS from before the migration:
      | type  | text           |
      | KA/KS | First session. |
    When the migration runs
    And meanwhile an officer writes a case note in NOMIS
    Then the prisoner has 2 case notes in DPS
    And both sides agree
