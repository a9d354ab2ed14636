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

  @DAT-08
  Scenario: A mistyped ancient date does not stop the note
    Given a prisoner
    When an officer writes a case note in NOMIS about what happened on 30 November 1847
    Then both sides hold the note
