@text
Feature: Odd texts, authors and times arrive as they were written
  @TXT-05
  Scenario: A note with 60 amendments stays whole
    Given a case note written in DPS
    When a DPS user amends the note in DPS 60 times
    Then both sides hold the note with 60 amendments in DPS

  @TXT-06
  Scenario: A corrected date of a cut note crosses a new text in DPS
    Given a prisoner
    And a case note of 6000 letters written in DPS
    When an administrator replaces the text in DPS with "Short now."
    And meanwhile an officer corrects the date of the note in NOMIS
    Then both sides show the text "Short now."

  @TXT-03 @REC-06 @REC-08
  Scenario: An amendment that makes the text too long for NOMIS
    Given a prisoner
    And a case note of 3900 letters written in DPS
    When a DPS user amends the note in DPS 3 times
    Then both sides hold the note with 3 amendments in DPS
    And DPS shows the whole text

  @TXT-08
  Scenario: A blank note from before the migration is copied
    Given a prisoner
    And these case notes in NOMIS from before the migration:
      | type    | text    |
      | GEN/HIS | .       |
      | KA/KS   | (blank) |
    When the migration runs
    Then the prisoner has 2 case notes in DPS
    And both sides agree

  @TXT-20
  Scenario: A long note in NOMIS reaches DPS
    Given a prisoner
    When an officer writes a case note in NOMIS of 3900 letters
    Then both sides hold the note
    And DPS shows the whole text

  @TXT-20
  Scenario: A long edit in NOMIS reaches DPS
    Given a prisoner
    And a case note of 3500 letters written in NOMIS
    When an officer amends the note in NOMIS
    Then both sides hold the note with 1 amendment

  @TXT-07
  Scenario: A NUL character in a note that is amended on both sides
    Given a prisoner
    When an officer writes a case note in NOMIS with a NUL character
    And a DPS user amends the note in DPS
    Then both sides hold the note with 1 amendment

  @TXT-21
  Scenario: Three amendments in NOMIS are three in DPS
    Given a case note written in NOMIS
    When an officer amends the note in NOMIS 3 times
    Then both sides hold the note with 3 amendments

  @TXT-11
  Scenario: An amendment that is taken away in NOMIS is not sent to DPS again
    Given a case note written in NOMIS
    When an officer amends the note in NOMIS
    And an amendment by an unknown user appears in NOMIS
    Then both sides agree

  @TXT-16 @TXT-15
  Scenario: Each amendment keeps its author through an edit of the text
    Given a case note written in NOMIS
    When a DPS user amends the note in DPS
    And an officer amends the note in NOMIS
    And an officer edits the note in NOMIS to say "Corrected."
    Then both sides show the text "Corrected."
    And both sides hold the note with 2 amendments

  @TXT-18
  Scenario: A second account stays the author through an edit of the text
    Given a prisoner
    And an officer with two accounts
    When the officer writes a case note in DPS with the second account
    And an officer edits the note in NOMIS to say "Corrected."
    Then DPS shows the note under the second account
    And both sides show the text "Corrected."

  @TXT-19
  Scenario: An outcome of an appointment is written to DPS once
    Given a prisoner
    When an officer writes a case note in NOMIS of type "CNOTE/OUTCOME"
    Then the sync wrote to DPS once
    And both sides hold the note

  @TXT-22 @TXT-17
  Scenario: An author without first name amends a note
    Given a prisoner
    And an officer who has no first name
    When the officer writes a case note in NOMIS
    And a DPS user amends the note in DPS
    Then both sides hold the note with 1 amendment

  @TXT-23 @TXT-02
  Scenario Outline: A text with an amendment mark of <when>, amended on both sides
    Given a prisoner
    When a DPS user writes a case note in DPS saying "Copied: old ...[ABC12D_GEN updated the <mark>] words"
    And an officer amends the note in NOMIS
    And a DPS user amends the note in DPS
    And an officer amends the note in NOMIS
    Then both sides hold the note
    And DPS shows the whole text

    Examples:
      | when     | mark                              |
      | our days | case notes on 2024/05/01 10:00:00 |
      | 2012     | case notes on 14-03-2012 10:00:00 |
      | 2006     | case note on 05/02/2006 10:00:00  |
      | no day   | case notes on 2024/02/30 10:00:00 |

  @TXT-23 @LOOP-13
  Scenario: A text with an amendment mark is not written again
    Given these case notes in DPS:
      | text                                                                            |
      | Copied: old ...[ABC12D_GEN updated the case notes on 2024/05/01 10:00:00] words |
    When its last event is delivered 2 more times
    Then the sync never wrote to NOMIS
    And both sides hold the note

  @TXT-23 @ORD-07
  Scenario: A text with an amendment mark, amended on both sides at once
    Given a prisoner
    When a DPS user writes a case note in DPS saying "Copied: old ...[ABC12D_GEN updated the case notes on 2024/05/01 10:00:00] words"
    And an officer amends the note in NOMIS
    And meanwhile a DPS user amends the note in DPS
    Then both sides hold the note
    And DPS shows the whole text

  @DAT-01
  Scenario: A note without time of creation does not hide its neighbours
    Given a prisoner
    And these case notes in NOMIS from before the migration:
      | created    |
      | 2009-05-06 |
    When the migration runs
    And an officer writes a case note in NOMIS
    And a DPS user writes a case note in DPS
    Then the prisoner has 3 case notes in DPS
    And both sides agree

  @DAT-03
  Scenario: Notes written years before they were stored keep their time
    Given a prisoner
    And these case notes in NOMIS from before the migration:
      | type    | text           | occurred         | created          |
      | KA/KS   | First session. | 2019-05-02T10:00 | 2019-05-02T11:00 |
      | GEN/HIS | Came by van.   | 2018-05-02T10:00 | 2018-05-04T12:30 |
    When the migration runs
    Then the prisoner has 2 case notes in DPS
    And both sides agree

  @DAT-06
  Scenario Outline: A DPS note reaches NOMIS in every season
    Given it is 12:00 on <date>
    And a prisoner
    When a DPS user writes a case note in DPS
    And a DPS user amends the note in DPS
    Then both sides hold the note with 1 amendment
    And both sides show when it happened and when it was written

    Examples:
      | date            |
      | 15 January 2026 |
      | 15 July 2026    |

  @DAT-08
  Scenario: A mistyped ancient date survives an amendment
    Given a prisoner
    When an officer writes a case note in NOMIS about what happened on 30 November 1847
    And an officer amends the note in NOMIS
    Then both sides hold the note with 1 amendment
    And both sides show when it happened and when it was written
