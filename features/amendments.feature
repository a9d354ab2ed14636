@amendments
Feature: Amendments travel both ways and none is lost
  An amendment adds to a note; it never replaces it, and no amendment is ever lost,
  whoever makes it and however many cross.

  @smoke
  Scenario: An amendment made in DPS appears in NOMIS
    Given a case note written in NOMIS
    When a DPS user amends the note in DPS saying "He asked about visits."
    Then both sides hold the note with 1 amendment

  Scenario: An amendment made in NOMIS appears in DPS
    Given a case note written in DPS
    When an officer amends the note in NOMIS saying "Visit booked."
    Then both sides hold the note with 1 amendment

  @ORD-07
  Scenario: Amendments made on both sides at the same moment are both kept
    Given a case note written in DPS
    When an officer amends the note in NOMIS saying "From the wing."
    And meanwhile a DPS user amends the note in DPS saying "From the office."
    Then both sides hold the note with 2 amendments

  @TXT-09
  Scenario: Two different amendments in one second are both kept
    Given a case note written in NOMIS
    When an officer amends the note in NOMIS twice in one second
    Then both sides hold the note with 2 amendments

  Scenario: Ten amendments from alternate sides arrive in order
    Given a case note written in DPS
    When the note is amended 10 times from alternate sides
    Then both sides hold the note with 10 amendments

  @ORD-09
  Scenario: A NOMIS amendment does not change who wrote the note
    Given a case note written in DPS
    When an officer amends the note in NOMIS
    Then DPS shows the note under its first author

  @TXT-17
  Scenario: An amendment by someone NOMIS no longer knows still arrives
    Given a case note written in NOMIS
    When an amendment by an unknown user appears in NOMIS
    Then both sides hold the note with 1 amendment

  # What stands in the wrong prisoner's note must go from both systems.
  @ORD-07
  Scenario Outline: An administrator removes in DPS what <user> added to a note born in <side>
    Given a case note written in <side>
    When <user> amends the note in <where> saying "Of another prisoner."
    And an administrator removes the last amendment in DPS
    Then both sides hold the note with 0 amendments
    When <user> amends the note in <where> saying "Of this one."
    Then both sides hold the note with 1 amendment

    Examples:
      | side  | user       | where |
      | DPS   | a DPS user | DPS   |
      | DPS   | an officer | NOMIS |
      | NOMIS | a DPS user | DPS   |
      | NOMIS | an officer | NOMIS |

  @ORD-07
  Scenario Outline: An administrator corrects in DPS what <user> added to a note born in <side>
    Given a case note written in <side>
    When <user> amends the note in <where> saying "Of the girl."
    And an administrator corrects the last amendment in DPS to say "Of the family."
    Then both sides hold the note with 1 amendment
    When an officer amends the note in NOMIS
    Then both sides hold the note with 2 amendments

    Examples:
      | side  | user       | where |
      | DPS   | a DPS user | DPS   |
      | DPS   | an officer | NOMIS |
      | NOMIS | a DPS user | DPS   |
      | NOMIS | an officer | NOMIS |

  @ORD-07
  Scenario: An amendment is removed in DPS while an officer amends the note in NOMIS
    Given a case note written in DPS
    When a DPS user amends the note in DPS saying "Of another prisoner."
    And an administrator removes the last amendment in DPS
    And meanwhile an officer amends the note in NOMIS saying "Of this one."
    Then both sides hold the note with 1 amendment

  @ORD-07 @needs-kill
  Scenario: An officer's amendment is corrected in DPS after a restart
    Given a case note written in DPS
    When an officer amends the note in NOMIS saying "Of the girl."
    And the sync from DPS to NOMIS is restarted
    And an administrator corrects the last amendment in DPS to say "Of the family."
    Then both sides hold the note with 1 amendment

  @ORD-07 @needs-kill
  Scenario: An amendment removed in DPS while its own event still waits stays away
    Given a case note written in DPS
    When the sync from NOMIS to DPS is stopped
    And a DPS user amends the note in DPS saying "Of another prisoner."
    Given the next NOMIS update takes 2 seconds
    When an administrator removes the last amendment in DPS
    And meanwhile the sync from NOMIS to DPS is started
    Then both sides hold the note with 0 amendments

  @ORD-07 @needs-kill
  Scenario: An officer's amendment of weeks ago is removed in DPS after a restart
    Given it is 12:00 on 20 July 2026
    And a case note written in DPS
    When an officer amends the note in NOMIS saying "Of another prisoner."
    And it is 12:00 on 10 August 2026
    And the sync from DPS to NOMIS is restarted
    And an administrator removes the last amendment in DPS
    Then both sides hold the note with 0 amendments
