@edits
Feature: A corrected text replaces the old one on both sides
  Scenario: An edit in NOMIS replaces the text in DPS
    Given a case note written in NOMIS
    When an officer edits the note in NOMIS to say "Corrected on the wing."
    Then both sides show the text "Corrected on the wing."

  Scenario: A correction in DPS replaces the text in NOMIS
    Given a case note written in DPS
    When an administrator replaces the text in DPS with "Corrected centrally."
    Then both sides show the text "Corrected centrally."

  @ORD-14
  Scenario: Edits that cross leave one text on both sides, never swapped
    Given a case note written in DPS
    When an officer edits the note in NOMIS to say "The officer's words."
    And meanwhile an administrator replaces the text in DPS with "The administrator's words."
    Then both sides show the same text

  Scenario: An edit and an amendment that cross are both kept
    Given a case note written in NOMIS
    When an officer edits the note in NOMIS to say "Corrected text."
    And meanwhile a DPS user amends the note in DPS saying "Also seen by the nurse."
    Then both sides show the text "Corrected text."
    And both sides hold the note with 1 amendment

  @ORD-10
  Scenario: A corrected date alone reaches DPS
    Given a case note written in NOMIS
    When an officer corrects the date of the note in NOMIS
    Then both sides hold the note
    And both sides show when it happened and when it was written

  @ORD-05
  Scenario: Two quick edits in NOMIS end with the second one
    Given a case note written in NOMIS
    When an officer edits the note in NOMIS to say "First correction."
    And meanwhile an officer edits the note in NOMIS to say "Second correction."
    Then both sides show the text "Second correction."

  @ORD-08
  Scenario: An edit in NOMIS leaves the note's DPS identity alone
    Given a case note written in DPS
    When an officer edits the note in NOMIS to say "Corrected."
    Then both sides show the text "Corrected."
    And the DPS id and the legacy id of the note are as before

  @ORD-11 @ORD-10
  Scenario Outline: A date corrected in DPS is not undone by what follows, of a note born in <side>
    Given a case note written in <side>
    When an administrator corrects the date of the note in DPS
    And a DPS user amends the note in DPS
    Then both sides hold the note with 1 amendment
    And the sync never wrote to DPS
    When an officer amends the note in NOMIS
    Then both sides hold the note with 2 amendments

    Examples:
      | side  |
      | NOMIS |
      | DPS   |

  @ORD-11 @needs-kill
  Scenario: A date corrected in DPS does not stop the amendments after a restart
    Given a case note written in DPS
    When the sync from DPS to NOMIS is restarted
    And an administrator corrects the date of the note in DPS
    And a DPS user amends the note in DPS
    Then both sides hold the note with 1 amendment

  # NOMIS cannot take a type from DPS: what matters is that nothing else is lost by it.
  @ORD-10
  Scenario Outline: A type corrected in NOMIS, of a note born in <side>, reaches DPS
    Given a case note written in <side>
    When an officer corrects the type of the note in NOMIS
    Then both sides hold the note
    And both sides agree
    When a DPS user amends the note in DPS
    And an officer amends the note in NOMIS
    Then both sides hold the note with 2 amendments

    Examples:
      | side  |
      | NOMIS |
      | DPS   |

  @ORD-11 @ORD-10
  Scenario Outline: A type corrected in DPS, of a note born in <side>, stops nothing
    Given a case note written in <side>
    When an administrator corrects the type of the note in DPS
    And a DPS user amends the note in DPS
    Then both sides hold the note with 1 amendment
    When an officer deletes the note in NOMIS
    Then the note is gone from both sides

    Examples:
      | side  |
      | NOMIS |
      | DPS   |

  @ORD-11 @ORD-10
  Scenario Outline: A <one> corrected in DPS, of a note born in <side>, outlives a <other> corrected in NOMIS
    Given a case note written in <side>
    When an administrator corrects the <one> of the note in DPS
    And an officer corrects the <other> of the note in NOMIS
    And a DPS user amends the note in DPS
    Then both sides hold the note with 1 amendment

    Examples:
      | side  | one  | other |
      | NOMIS | type | date  |
      | DPS   | date | type  |

  @ORD-11 @DUP-01
  Scenario: A lost answer to a create with a type corrected behind it
    Given a prisoner
    And the answer to the next NOMIS create is lost
    When a DPS user writes a case note in DPS
    And meanwhile an administrator corrects the type of the note in DPS
    Then the prisoner has 1 case note in NOMIS
    And both sides hold the note

  @ORD-11 @ORD-10 @IDM-06
  Scenario Outline: A type corrected in <side> while the note's mapping cannot be saved
    Given a prisoner
    And the mapping save fails 2 times
    When <user> writes a case note in <side>
    And meanwhile <boss> corrects the type of the note in <side>
    Then the prisoner has 1 case note in NOMIS
    And the prisoner has 1 case note in DPS
    And both sides hold the note

    Examples:
      | side  | user       | boss             |
      | NOMIS | an officer | an officer       |
      | DPS   | a DPS user | an administrator |
