@merges
Feature: Notes follow the person through merges and booking moves
  When two records turn out to be one person, every note belongs to the surviving
  number in NOMIS, in DPS and in the mapping, once.

  @smoke @MRG-01 @MRG-06
  Scenario: A merge without copies moves every note to the surviving number
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in NOMIS
    And a case note about "Kept" written in DPS
    When NOMIS merges "Gone" into "Kept"
    Then "Kept" has 2 case notes in NOMIS
    And "Kept" has 2 case notes in DPS
    And both sides agree

  @MRG-01
  Scenario: A merged note can be amended from both sides afterwards
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in NOMIS
    When NOMIS merges "Gone" into "Kept"
    And an officer amends the note in NOMIS
    And a DPS user amends the note in DPS
    Then both sides hold the note with 2 amendments

  @MRG-02
  Scenario: The copies of an old-style merge stand for one note in DPS
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in NOMIS
    When NOMIS merges "Gone" into "Kept" with copies of the notes
    Then "Kept" has 2 case notes in NOMIS
    And "Kept" has 1 case note in DPS

  @MRG-03
  Scenario: Copies whose own events come before the merge event stay copies
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in NOMIS
    When NOMIS merges "Gone" into "Kept" with copies that raise events
    Then "Kept" has 2 case notes in NOMIS
    And "Kept" has 1 case note in DPS

  @TXT-14
  Scenario: An edit of one copy reaches DPS and the other copy
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in NOMIS
    When NOMIS merges "Gone" into "Kept" with copies of the notes
    And an officer edits the note in NOMIS to say "Corrected after the merge."
    Then every copy shows the text "Corrected after the merge."

  @TXT-13
  Scenario: An amendment in DPS reaches every copy
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in NOMIS
    When NOMIS merges "Gone" into "Kept" with copies of the notes
    And a DPS user amends the note in DPS
    Then both sides hold the note with 1 amendment in every copy

  @DEL-02
  Scenario: A deletion in DPS removes every copy
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in NOMIS
    When NOMIS merges "Gone" into "Kept" with copies of the notes
    And an administrator deletes the note in DPS
    Then the note is gone from both sides

  @DEL-03
  Scenario: A deletion of one copy in NOMIS removes the note and its other copy
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in NOMIS
    When NOMIS merges "Gone" into "Kept" with copies of the notes
    And an officer deletes the note in NOMIS
    Then the note is gone from both sides

  @MRG-18
  Scenario: A note written in DPS for the number that a merge then removes
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    When a DPS user writes a case note about "Gone" in DPS
    And meanwhile NOMIS merges "Gone" into "Kept"
    Then "Kept" has 1 case note in NOMIS
    And "Kept" has 1 case note in DPS

  @MRG-08
  Scenario: A moved booking takes its notes along
    Given a prisoner called "First"
    And a prisoner called "Second"
    And a case note about "First" written in NOMIS
    When NOMIS moves the booking of "First" to "Second"
    Then "Second" has 1 case note in NOMIS
    And "Second" has 1 case note in DPS
    And both sides agree

  @MRG-15
  Scenario: A moved booking without notes troubles nobody
    Given a prisoner called "First"
    And a prisoner called "Second"
    When NOMIS moves the booking of "First" to "Second"
    And an officer writes a case note about "Second" in NOMIS
    Then both sides hold the note
