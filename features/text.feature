@text
Feature: What was written is what is read
  NOMIS keeps 4000 bytes and writes amendments into the text; DPS keeps everything. The
  sync must respect both without losing or inventing a word.

  @TXT-03
  Scenario: A text longer than NOMIS can hold is cut there and whole in DPS
    Given a prisoner
    When a DPS user writes a case note in DPS of 6000 letters
    Then DPS shows the whole text
    And NOMIS shows the text cut at 4000 bytes with its suffix

  @TXT-04
  Scenario Outline: The cut counts bytes and splits no character
    Given a prisoner
    When a DPS user writes a case note in DPS of <letters> letters "<letter>"
    Then DPS shows the whole text
    And NOMIS shows the text cut at 4000 bytes with its suffix

    Examples:
      | letters | letter |
      | 2001    | é      |
      | 1334    | 漢     |
      | 1001    | 😀     |

  @TXT-06
  Scenario: A corrected date in NOMIS of a cut note does not cut it in DPS
    Given a prisoner
    And a case note of 6000 letters written in DPS
    When an officer corrects the date of the note in NOMIS
    Then DPS shows the whole text
    And both sides hold the note

  @TXT-23
  Scenario: A user's text that contains an amendment mark stays a text
    Given a prisoner
    When a DPS user writes a case note in DPS saying "Copied: old ...[ABC12D_GEN updated the case notes on 2024/05/01 10:00:00] words"
    And an officer writes a case note in NOMIS
    Then both sides agree

  @TXT-07
  Scenario: A NUL character in a NOMIS text does not stop the note
    Given a prisoner
    When an officer writes a case note in NOMIS with a NUL character
    Then DPS shows the text without the NUL character

  @TXT-21
  Scenario: Line breaks in text and amendments are kept
    Given a prisoner
    When an officer writes a case note in NOMIS with the text:
      """
      First line.

      Third line.
      """
    And a DPS user amends the note in DPS
    Then both sides hold the note with 1 amendment

  @TXT-04 @LOOP-14
  Scenario Outline: Welsh and Polish names written in <side> are kept to the letter
    Given a prisoner
    When <user> writes a case note in <side> saying "Siân Llŷr: croeso, ŵyn. Łukasz Żółć: gęślą jaźń."
    And a DPS user amends the note in DPS saying "Dŵr a thân, Zażółć."
    Then both sides hold the note with 1 amendment
    And both sides show the text "Siân Llŷr: croeso, ŵyn. Łukasz Żółć: gęślą jaźń."

    Examples:
      | user       | side  |
      | an officer | NOMIS |
      | a DPS user | DPS   |

  @LOOP-14
  Scenario Outline: What programs like to tidy up in a text stays as it was written in <side>
    Given a prisoner
    When <who> writes a case note in <side> with <what>
    Then both sides hold the note

    Examples:
      | who        | side  | what                 |
      | a DPS user | DPS   | Windows line ends    |
      | an officer | NOMIS | Windows line ends    |
      | a DPS user | DPS   | letters of two forms |
      | an officer | NOMIS | letters of two forms |

  @LOOP-14
  Scenario Outline: What programs like to tidy up in a text survives an amendment in <side>
    Given a prisoner
    When <who> writes a case note in <side> with <what>
    And a DPS user amends the note in DPS
    Then both sides hold the note with 1 amendment

    Examples:
      | who        | side  | what                 |
      | a DPS user | DPS   | Windows line ends    |
      | an officer | NOMIS | Windows line ends    |
      | a DPS user | DPS   | letters of two forms |
      | an officer | NOMIS | letters of two forms |

  @TXT-05 @long
  Scenario: A note with 300 amendments stays whole
    Given a case note written in NOMIS
    When a DPS user amends the note in DPS 300 times
    Then both sides hold the note with 300 amendments in DPS

  @TXT-19
  Scenario: An outcome of an appointment keeps its kind
    Given a prisoner
    When an officer writes a case note in NOMIS of type "CNOTE/OUTCOME"
    And a DPS user amends the note in DPS
    Then both sides hold the note with 1 amendment

  @TXT-06
  Scenario: An officer shortens a note whose amendment NOMIS had to cut
    Given a case note of 3700 letters written in DPS
    When an officer amends the note in NOMIS saying "Words from the wing."
    And meanwhile a DPS user amends the note in DPS saying "Words from the office: they go on and on, for so long that the whole note no longer fits into what NOMIS can hold, which is four thousand bytes and not one byte more than that, however much there is to say about it."
    And an officer edits the note in NOMIS to say "Shortened on the wing."
    Then DPS shows the whole text
    And both sides agree

  @TXT-06
  Scenario: An amendment behind one that NOMIS had to cut reaches DPS
    Given a case note of 3700 letters written in DPS
    When an officer amends the note in NOMIS saying "Words from the wing."
    And meanwhile a DPS user amends the note in DPS saying "Words from the office: they go on and on, for so long that the whole note no longer fits into what NOMIS can hold, which is four thousand bytes and not one byte more than that, however much there is to say about it."
    And an officer edits the note in NOMIS to say "Shortened on the wing."
    And meanwhile an officer amends the note in NOMIS saying "Behind the cut."
    Then both sides hold the note with 3 amendments in DPS
