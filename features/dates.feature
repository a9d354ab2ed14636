@dates
Feature: Times are London times, to the second, all year
  @DAT-05 @DAT-04
  Scenario Outline: A note keeps its times in every season
    Given it is <time> on <date>
    And a prisoner
    When an officer writes a case note in NOMIS
    And a DPS user amends the note in DPS
    Then both sides hold the note with 1 amendment
    And both sides show when it happened and when it was written

    Examples:
      | time     | date            |
      | 12:00    | 15 January 2026 |
      | 12:00    | 15 July 2026    |
      | 00:30    | 1 July 2026     |
      | 01:30    | 25 October 2026 |
      | 00:59:59 | 29 March 2026   |

  @DAT-01
  Scenario: A migrated note without a time of creation is copied with its date
    Given a prisoner
    And these case notes in NOMIS from before the migration:
      | created    |
      | 2009-05-06 |
    When the migration runs
    Then the prisoner has 1 case note in DPS
    And both sides agree

  @DAT-05 @DAT-03
  Scenario: Times in the hour that is missing or comes twice stay as they were stored
    Given a prisoner
    And these case notes in NOMIS from before the migration:
      | called | occurred         | created          |
      | spring | 2025-03-30T01:30 | 2025-03-30T01:45 |
      | autumn | 2025-10-26T01:30 | 2025-10-26T01:45 |
    When the migration runs
    And an officer amends the note "spring" in NOMIS
    And a DPS user amends the note "autumn" in DPS
    Then both sides show when the note "spring" happened and when it was written
    And both sides show when the note "autumn" happened and when it was written
    And both sides agree

  @DAT-04
  Scenario: Parts of a second that DPS keeps and NOMIS does not are no change
    Given these case notes in DPS:
      | occurred                   |
      | 2026-01-05T14:30:15.987654 |
    When an officer amends the note in NOMIS
    Then both sides show when it happened and when it was written
    And both sides hold the note with 1 amendment
    And the sync wrote to DPS once

  @DAT-04 @LOOP-13
  Scenario: An amendment whose time has parts of a second is not written again
    Given these case notes in DPS:
      | text  | amendments            |
      | Seen. | He asked to be moved. |
    When its last event is delivered 2 more times
    Then the sync never wrote to NOMIS
    And both sides hold the note with 1 amendment

  @DAT-08
  Scenario: A mistyped ancient date does not stop the note
    Given a prisoner
    When an officer writes a case note in NOMIS about what happened on 30 November 1847
    Then both sides hold the note
