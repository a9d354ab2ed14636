@reconciliation @needs-reconciliation
Feature: The reconciliation raises no false alarm and misses nothing
  @REC-05
  Scenario: A DPS-only note is no difference
    Given a case note written in DPS
    When DPS itself writes a note of type "ACP/REFD"
    And a DPS user writes a case note in DPS
    And the reconciliation looks at the prisoner
    Then it reports the prisoner clean

  @REC-06 @REC-07 @REC-08
  Scenario: A long note, cut in NOMIS with its amendments, is no difference
    Given a prisoner
    And a case note of 3900 letters written in DPS
    When a DPS user amends the note in DPS 3 times
    And the reconciliation looks at the prisoner
    Then it reports the prisoner clean

  @REC-08 @REC-06
  Scenario: A note of many-byte letters, cut in NOMIS, is no difference
    Given a prisoner
    When a DPS user writes a case note in DPS of 2001 letters "é"
    And a DPS user amends the note in DPS
    And the reconciliation looks at the prisoner
    Then it reports the prisoner clean

  @REC-09
  Scenario: An author's second account is no difference
    Given a prisoner
    And an officer with two accounts
    When the officer writes a case note in DPS with the second account
    And the reconciliation looks at the prisoner
    Then it reports the prisoner clean

  @REC-09
  Scenario: An author's second account is no difference when an officer has amended since
    Given a prisoner
    And an officer with two accounts
    When the officer writes a case note in DPS with the second account
    And an officer amends the note in NOMIS
    And the reconciliation looks at the prisoner
    Then it reports the prisoner clean

  @REC-01
  Scenario: One of two equal notes that is missing is reported
    Given a prisoner
    When a DPS user writes a case note in DPS saying "Seen."
    And a DPS user writes a case note in DPS saying "Seen."
    Given someone removed the NOMIS row behind the sync's back
    When the reconciliation looks at the prisoner
    Then it reports a difference

  @REC-01 @needs-reconciliation-of-everyone
  Scenario: A missing note is reported though somebody else wrote the same words
    Given a prisoner
    When an officer writes a case note in NOMIS saying "Seen."
    And a DPS user writes a case note in DPS saying "Seen."
    Then both sides agree
    Given someone removed the NOMIS row behind the sync's back
    When the reconciliation looks at everyone
    Then it reports a difference

  @REC-13
  Scenario Outline: A difference is reported whatever the kind of note
    Given a prisoner
    When a DPS user writes a case note in DPS of type "<kind>"
    Given someone changed the NOMIS text behind the sync's back
    When the reconciliation looks at the prisoner
    Then it reports a difference

    Examples:
      | kind    |
      | GEN/HIS |
      | KA/KS   |

  @REC-14
  Scenario: A merge excuses no difference
    Given a prisoner called "Kept"
    And a prisoner called "Gone"
    And a case note about "Gone" written in DPS
    When NOMIS merges "Gone" into "Kept"
    And a DPS user writes a case note about "Kept" in DPS
    Given someone changed the NOMIS text behind the sync's back
    When the reconciliation looks at the prisoner
    Then it reports a difference

  @REC-14 @needs-reconciliation-of-everyone
  Scenario: A row that is missing after a merge with copies is reported
    Given a prisoner called "Kept"
    And a prisoner called "Gone"
    And a case note about "Gone" written in DPS
    When NOMIS merges "Gone" into "Kept" with copies of the notes
    Given someone removed the NOMIS row behind the sync's back
    When the reconciliation looks at everyone
    Then it reports a difference

  @REC-02 @REC-03 @needs-reconciliation-of-everyone
  Scenario: A page that could not be read makes the report incomplete
    Given a case note written in DPS
    And NOMIS fails 30 times
    When the reconciliation looks at everyone
    Then it reports that it could not check

  @REC-03 @needs-reconciliation-of-everyone
  Scenario: A mapping service that fails makes the report over everyone incomplete
    Given a case note written in NOMIS
    And the mapping service fails 30 times
    When the reconciliation looks at everyone
    Then it reports that it could not check

  @REC-03 @needs-reconciliation-of-everyone
  Scenario: The report over everyone goes on beyond its first page
    Given a prisoner called "First"
    And 40 other prisoners
    And a prisoner called "Last"
    And a case note about "Last" written in DPS
    And someone removed the NOMIS row behind the sync's back
    When the reconciliation looks at everyone
    Then it reports a difference

  @REC-11 @REC-04 @needs-reconciliation-of-everyone
  Scenario: A difference is in the report over everyone
    Given a case note written in DPS
    And someone removed the NOMIS row behind the sync's back
    When the reconciliation looks at everyone
    Then it reports a difference

  @DUP-02
  Scenario: A second row that the sync once made is taken away
    Given a case note written in DPS
    And the sync once made a second NOMIS row of the note
    When the reconciliation looks at the prisoner
    Then the prisoner has 1 case note in NOMIS
    When the reconciliation looks at the prisoner
    Then it reports the prisoner clean

  @DUP-02 @needs-reconciliation-of-everyone
  Scenario: The run over everyone takes away the second row of an amended note
    Given a case note written in DPS
    When a DPS user amends the note in DPS
    Given the sync once made a second NOMIS row of the note
    When the reconciliation looks at everyone
    Then the prisoner has 1 case note in NOMIS
    And both sides hold the note with 1 amendment

  @DUP-03
  Scenario: The repair leaves an equal note of an officer alone
    Given a prisoner
    When an officer writes a case note in NOMIS saying "Seen."
    And meanwhile an officer writes a case note in NOMIS saying "Seen."
    And meanwhile the reconciliation looks at the prisoner
    Then the prisoner has 2 case notes in NOMIS
    And the prisoner has 2 case notes in DPS

  @DUP-03 @needs-parking
  Scenario: The repair leaves an officer's note alone whose event is parked
    Given a prisoner
    When a DPS user writes a case note in DPS saying "Seen."
    Given "created" events from NOMIS are switched off
    When an officer writes a case note in NOMIS saying "Seen."
    And the reconciliation looks at the prisoner
    Then the prisoner has 2 case notes in NOMIS
    When "created" events from NOMIS are switched on
    Then the prisoner has 2 case notes in DPS
    And both sides agree

  @DAT-08 @needs-migration
  Scenario: A mistyped ancient date is no difference
    Given a prisoner
    And these case notes in NOMIS from before the migration:
      | text             | occurred         | created          |
      | Dated carelessly | 0201-05-02T10:00 | 0201-05-02T10:00 |
    When the migration runs
    And the reconciliation looks at the prisoner
    Then it reports the prisoner clean

  @REC-02 @REC-03
  Scenario Outline: A read of the reconciliation that fails once is repeated
    Given a case note written in DPS
    And <service> answers with status 502 1 time
    When the reconciliation looks at the prisoner
    Then it reports the prisoner clean

    Examples:
      | service             |
      | NOMIS               |
      | DPS                 |
      | the mapping service |

  @REC-04 @needs-parking
  Scenario: A note whose deletion in DPS is parked is reported until it is gone
    Given a case note written in DPS
    And "deleted" events from DPS are switched off
    When an administrator deletes the note in DPS
    And the reconciliation looks at the prisoner
    Then it reports a difference
    When "deleted" events from DPS are switched on
    Then the note is gone from both sides

  @DAT-08 @REC-11 @needs-parking
  Scenario: A mistyped ancient date that was corrected in NOMIS alone is reported
    Given a prisoner
    When an officer writes a case note in NOMIS about what happened on 30 November 1847
    And "updated" events from NOMIS are switched off
    And an officer corrects the date of the note in NOMIS
    And the reconciliation looks at the prisoner
    Then it reports a difference
    When "updated" events from NOMIS are switched on
    Then both sides show when it happened and when it was written
