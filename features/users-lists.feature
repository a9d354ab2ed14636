@lists
Feature: Each user's list shows every note once
  An officer looks at the NOMIS screen, a DPS user at the new list or, where the new
  service is off, at the legacy one. Whatever happened, each note is in each list once.

  @TOG-07
  Scenario Outline: A note written in <side> is in every list once
    Given a prisoner
    When <user> writes a case note in <side>
    Then every user's list shows each note once

    Examples:
      | side  | user       |
      | DPS   | a DPS user |
      | NOMIS | an officer |

  @DUP-05 @TOG-07
  Scenario: Notes whose messages come twice are in every list once
    Given a prisoner
    And every message about the prisoner is delivered twice
    When a DPS user writes a case note in DPS
    And an officer writes a case note in NOMIS
    Then every user's list shows each note once

  @TXT-21
  Scenario: An amended note is in every list once
    Given a case note written in DPS
    And a case note written in NOMIS
    When a DPS user amends the note in DPS
    And an officer amends the note in NOMIS
    Then every user's list shows each note once

  Scenario: A corrected note is in every list once, with its new text
    Given a case note written in NOMIS
    When an officer edits the note in NOMIS to say "Corrected on the wing."
    Then every user's list shows each note once

  @DEL-04
  Scenario: A deleted note is in no list any more
    Given a case note called "kept" written in DPS
    And a case note called "doomed" written in NOMIS
    When an administrator deletes the note "doomed" in DPS
    Then every user's list shows each note once

  @DUP-01 @TOG-07
  Scenario: A note whose create had no answer is in every list once
    Given a prisoner
    And the answer to the next NOMIS create is lost
    When a DPS user writes a case note in DPS
    Then every user's list shows each note once

  @MRG-01
  Scenario: After a merge every list of the surviving number shows all notes once
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in NOMIS
    And a case note about "Kept" written in DPS
    When NOMIS merges "Gone" into "Kept"
    Then every user's list shows each note of "Kept" once

  @MRG-08
  Scenario: After a booking moved its notes are in the lists of their new owner
    Given a prisoner called "First"
    And a prisoner called "Second"
    And a case note about "First" written in NOMIS
    And a case note about "Second" written in DPS
    When NOMIS moves the booking of "First" to "Second"
    Then every user's list shows each note of "Second" once

  @TOG-07 @TOG-08
  Scenario: A note written by the legacy path is in every list once
    Given a prisoner
    And the DPS service is switched off
    When a DPS user writes a case note in DPS
    And an officer writes a case note in NOMIS
    Then every user's list shows each note once
    When the DPS service is switched on
    Then every user's list shows each note once

  @TOG-07
  Scenario: With the NOMIS screens off what DPS users write is in every list once
    Given a case note written in NOMIS
    And the NOMIS screens are switched off
    When a DPS user writes a case note in DPS
    And the NOMIS screens are switched on
    Then every user's list shows each note once
