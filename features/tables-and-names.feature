@tables
Feature: Notes by table and by name arrive as they were written
  A scenario that needs several notes names them and lists them; whatever it does not
  mention is made up. What is asked for by name or by table is that note and no other.

  @smoke @IDM-06
  Scenario Outline: Several notes of a table written in <side> are all on both sides
    Given these case notes in <side>:
      | called | type    | text                | amendments               |
      | first  | KA/KS   | He is settling in.  |                          |
      | second | GEN/HIS | Back from hospital. | Visit booked. ; Came by. |
      | third  |         |                     |                          |
    Then both sides hold these case notes:
      | called | amendments               |
      | first  |                          |
      | second | Visit booked. ; Came by. |
      | third  |                          |
    And both sides show when the note "second" happened and when it was written

    Examples:
      | side  |
      | NOMIS |
      | DPS   |

  @DAT-02
  Scenario: Notes of a table about earlier days keep their days
    Given these case notes in DPS:
      | called | occurred         | text                 |
      | early  | 2026-01-05T14:30 | About January.       |
      | late   | 2026-02-28T23:59 | About last February. |
    Then both sides hold these case notes:
      | occurred         | text                 |
      | 2026-01-05T14:30 | About January.       |
      | 2026-02-28T23:59 | About last February. |

  @ORD-08
  Scenario: Each of several notes is changed by its own name
    Given these case notes in NOMIS:
      | called | text   |
      | first  | One.   |
      | second | Two.   |
      | third  | Three. |
    And a case note called "ours" written in DPS
    When an officer edits the note "first" in NOMIS to say "One, corrected."
    And a DPS user amends the note "second" in DPS saying "Two more."
    And an administrator deletes the note "third" in DPS
    And an administrator replaces the text of the note "ours" in DPS with "Ours, corrected."
    Then both sides show the text "One, corrected." of the note "first"
    And both sides hold the note "second" with 1 amendment
    And the note "third" is gone from both sides
    And both sides show the text "Ours, corrected." of the note "ours"
    And the DPS id and the legacy id of the note "ours" are as before
    And the mapping joins the two copies of the note "second" under the prisoner's number

  @MRG-11 @MRG-01
  Scenario: Notes of two people stay with each, and a merge brings them together
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And these case notes in NOMIS:
      | about | text              |
      | Gone  | About the first.  |
      | Kept  | About the second. |
      | Gone  | And once more.    |
    Then both sides hold these case notes of "Kept":
      | text              |
      | About the second. |
    When NOMIS merges "Gone" into "Kept"
    Then both sides hold these case notes of "Kept":
      | text              |
      | About the first.  |
      | About the second. |
      | And once more.    |

  @LOOP-14 @TXT-21
  Scenario Outline: A text of several lines written in <side> is shown line by line
    Given a prisoner
    When <user> writes a case note called "long" in <side> with the text:
      """
      First line.

        Third line, indented: 100 % "quoted".
      """
    And <user> writes a case note in <side>
    Then both sides show the text of the note "long":
      """
      First line.

        Third line, indented: 100 % "quoted".
      """

    Examples:
      | user       | side  |
      | an officer | NOMIS |
      | a DPS user | DPS   |
