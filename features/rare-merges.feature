@merges
Feature: Rare merges and moves leave each note where it belongs
  @MRG-04 @DAT-03
  Scenario: A merge copies notes that are years old
    Given a prisoner called "Gone"
    And these case notes in NOMIS from before the migration:
      | type    | text           | occurred         | created          |
      | KA/KS   | First session. | 2019-05-02T10:00 | 2019-05-02T10:00 |
    And a prisoner called "Kept"
    When the migration runs
    And NOMIS merges "Gone" into "Kept" with copies of the notes
    Then "Kept" has 2 case notes in NOMIS
    And "Kept" has 1 case note in DPS
    And both sides agree

  @MRG-05
  Scenario: A merge that the sync hears of hours later
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in NOMIS
    And it is 12:00 on 15 July 2026
    When the sync from NOMIS to DPS is stopped
    And NOMIS merges "Gone" into "Kept" with copies of the notes
    And it is 18:00 on 15 July 2026
    And the sync from NOMIS to DPS is started
    Then "Kept" has 2 case notes in NOMIS
    And "Kept" has 1 case note in DPS
    And both sides agree

  @DUP-12
  Scenario: Notes of one kind that differ in their words keep their own copies
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note called "one" about "Gone" written in NOMIS
    And a case note called "two" about "Gone" written in NOMIS
    When an officer deletes the note "one" in NOMIS
    And an officer writes a case note called "three" about "Gone" in NOMIS
    And NOMIS merges "Gone" into "Kept" with copies of the notes
    And an officer amends the note "two" in NOMIS
    Then "Kept" has 4 case notes in NOMIS
    And "Kept" has 2 case notes in DPS
    And both sides agree

  @IDM-12 @IDM-10 @MRG-11
  Scenario: A merge moves every note of a prisoner with several
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note called "one" about "Gone" written in NOMIS
    And a case note called "two" about "Gone" written in DPS
    And a case note called "three" about "Gone" written in NOMIS
    When NOMIS merges "Gone" into "Kept"
    And an officer amends the note "one" in NOMIS
    And a DPS user amends the note "two" in DPS
    Then "Kept" has 3 case notes in NOMIS
    And "Kept" has 3 case notes in DPS
    And both sides agree

  @IDM-12 @IDM-10
  Scenario: A merge alone gives every mapping the surviving number
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in NOMIS
    And a case note about "Gone" written in DPS
    When NOMIS merges "Gone" into "Kept"
    Then "Kept" has 2 case notes in NOMIS
    And both sides agree

  @MRG-01 @IDM-10
  Scenario: What NOMIS itself wrote of a release follows the merge, and so do its copies
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in DPS
    When NOMIS releases the prisoner
    And NOMIS merges "Gone" into "Kept" with copies of the notes
    And a DPS user amends the note in DPS
    Then "Kept" has 2 case notes in DPS
    And both sides agree

  @DUP-12
  Scenario: Copies find their originals among notes of an earlier booking
    Given a prisoner called "Gone"
    And these case notes in NOMIS from before the migration:
      | booking | type  | text            | occurred         | created          |
      | earlier | KA/KS | First session.  | 2019-05-02T10:00 | 2019-05-02T10:00 |
      | present | KA/KS | Second session. | 2025-05-02T10:00 | 2025-05-02T10:00 |
    And a prisoner called "Kept"
    When the migration runs
    And NOMIS merges "Gone" into "Kept" with copies of the notes
    Then both sides agree

  @DUP-12
  Scenario: So do copies whose own events come before that of the merge
    Given a prisoner called "Gone"
    And these case notes in NOMIS from before the migration:
      | called | booking | type  | text            | occurred         | created          |
      | old    | earlier | KA/KS | First session.  | 2019-05-02T10:00 | 2019-05-02T10:00 |
      | new    | present | KA/KS | Second session. | 2025-05-02T10:00 | 2025-05-02T10:00 |
    And a prisoner called "Kept"
    When the migration runs
    And NOMIS merges "Gone" into "Kept" with copies that raise events
    And an officer amends the note "new" in NOMIS
    Then both sides agree

  @IDM-11
  Scenario Outline: A merge of a prisoner without notes troubles nobody
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Kept" written in <side>
    When NOMIS merges "Gone" into "Kept"
    Then "Kept" has 1 case note in NOMIS
    And "Kept" has 1 case note in DPS
    And both sides agree

    Examples:
      | side  |
      | NOMIS |
      | DPS   |

  @IDM-05 @IDM-17 @IDM-01
  Scenario: Several copies that raise events are each mapped once
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note called "one" about "Gone" written in NOMIS
    And a case note called "two" about "Gone" written in DPS
    When NOMIS merges "Gone" into "Kept" with copies that raise events
    Then "Kept" has 4 case notes in NOMIS
    And "Kept" has 2 case notes in DPS
    And both sides agree

  @IDM-17 @MRG-02
  Scenario: Several copies without events are each mapped once
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note called "one" about "Gone" written in NOMIS
    And a case note called "two" about "Gone" written in DPS
    When NOMIS merges "Gone" into "Kept" with copies of the notes
    And a DPS user amends the note "two" in DPS
    Then "Kept" has 4 case notes in NOMIS
    And "Kept" has 2 case notes in DPS
    And both sides agree

  @MRG-12
  Scenario: Merges in a chain, told while the sync was down
    Given a prisoner called "First"
    And a prisoner called "Second"
    And a prisoner called "Third"
    And a case note about "First" written in DPS
    When the sync from NOMIS to DPS is stopped
    And NOMIS merges "First" into "Second"
    And NOMIS merges "Second" into "Third"
    And the sync from NOMIS to DPS is started
    Then "Third" has 1 case note in NOMIS
    And "Third" has 1 case note in DPS
    And both sides agree

  @MRG-17 @RET-07
  Scenario: An amendment while DPS has not heard of the merge yet
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in NOMIS
    And DPS hears of merges 10 minutes late
    When NOMIS merges "Gone" into "Kept"
    And meanwhile an officer amends the note in NOMIS
    Then both sides hold the note with 1 amendment

  @MRG-18
  Scenario: An amendment in DPS under the number that a merge then removes
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in DPS
    When a DPS user amends the note in DPS
    And meanwhile NOMIS merges "Gone" into "Kept"
    Then both sides hold the note with 1 amendment

  @DEL-02 @DEL-03
  Scenario Outline: A note with copies is deleted everywhere, wherever it is deleted
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in DPS
    When NOMIS merges "Gone" into "Kept" with copies of the notes
    And the note is deleted in <side>
    Then the note is gone from both sides

    Examples:
      | side  |
      | NOMIS |
      | DPS   |

  @TXT-13 @TXT-14
  Scenario: Edits of a note with copies reach every copy from both sides
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in DPS
    When NOMIS merges "Gone" into "Kept" with copies of the notes
    And an administrator replaces the text in DPS with "Corrected centrally."
    And an officer amends the note in NOMIS
    Then every copy shows the text "Corrected centrally."
    And both sides hold the note with 1 amendment in every copy

  @DUP-12
  Scenario: Copies find their originals though these were changed before the sync looked
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note called "one" about "Gone" written in NOMIS
    And a case note called "two" about "Gone" written in NOMIS
    When the sync from NOMIS to DPS is stopped
    And NOMIS merges "Gone" into "Kept" with copies of the notes
    And an officer amends the note "one" in NOMIS
    And an officer edits the note "two" in NOMIS to say "Corrected."
    And the sync from NOMIS to DPS is started
    Then "Kept" has 4 case notes in NOMIS
    And "Kept" has 2 case notes in DPS
    And both sides agree

  @DUP-12 @MRG-07
  Scenario Outline: Notes of one second keep a copy each though all were corrected, with copies <kind>
    Given a prisoner called "Gone"
    And these case notes in NOMIS from before the migration:
      | called | type  | text            | occurred         | created          | author |
      | one    | KA/KS | First session.  | 2025-05-02T10:00 | 2025-05-02T10:00 | Jo     |
      | two    | KA/KS | Second session. | 2025-05-02T10:00 | 2025-05-02T10:00 | Jo     |
    And a prisoner called "Kept"
    When the migration runs
    And the sync from NOMIS to DPS is stopped
    And NOMIS merges "Gone" into "Kept" with copies <kind>
    And an officer edits the note "one" in NOMIS to say "First, corrected."
    And an officer edits the note "two" in NOMIS to say "Second, corrected."
    And the sync from NOMIS to DPS is started
    And an administrator deletes the note "one" in DPS
    Then "Kept" has 2 case notes in NOMIS
    And "Kept" has 1 case note in DPS
    And both sides agree

    Examples:
      | kind              |
      | of the notes      |
      | that raise events |

  @IDM-06 @MRG-02
  Scenario: A note is copied before its mapping is saved
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And the mapping save fails 2 times
    When an officer writes a case note about "Gone" in NOMIS
    And meanwhile NOMIS merges "Gone" into "Kept" with copies of the notes
    Then "Kept" has 2 case notes in NOMIS
    And "Kept" has 1 case note in DPS
    And both sides agree

  @MRG-03 @IDM-05
  Scenario: Copies that raise events are mapped by these though the merge cannot map them
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note called "one" about "Gone" written in NOMIS
    And a case note called "two" about "Gone" written in DPS
    And the mapping save of copies fails 9 times
    When NOMIS merges "Gone" into "Kept" with copies that raise events
    Then "Kept" has 4 case notes in NOMIS
    And "Kept" has 2 case notes in DPS
    And 0 messages are in the dead-letter queue from NOMIS to DPS
    And both sides agree

  @MRG-03 @DUP-12
  Scenario: A copy that an officer amends before the sync looks at it stays a copy
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And it is 12:00 on 16 July 2026
    And a case note about "Gone" written in NOMIS
    When it is 18:00 on 16 July 2026
    And NOMIS merges "Gone" into "Kept" with copies that raise events
    And meanwhile an officer amends the newest copy of the note in NOMIS
    Then "Kept" has 2 case notes in NOMIS
    And "Kept" has 1 case note in DPS
    And both sides hold the note with 1 amendment in every copy

  @ORD-11 @MRG-02
  Scenario: A type corrected in DPS, and a merge that copies the note
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in DPS
    When an administrator corrects the type of the note in DPS
    And NOMIS merges "Gone" into "Kept" with copies of the notes
    Then "Kept" has 2 case notes in NOMIS
    And "Kept" has 1 case note in DPS
