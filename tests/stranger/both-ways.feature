Feature: A strange build carries what users do, both ways
  The least that a build must do, with every kind of change in each direction.

  Scenario: A note of DPS is created, amended and deleted in NOMIS
    Given a case note written in DPS
    When a DPS user amends the note in DPS saying "From the office."
    And an officer amends the note in NOMIS saying "From the wing."
    Then both sides hold the note with 2 amendments
    When an administrator deletes the note in DPS
    Then the note is gone from both sides

  Scenario: A note of NOMIS is created, amended and deleted in DPS
    Given a case note written in NOMIS
    When an officer amends the note in NOMIS saying "From the wing."
    And a DPS user amends the note in DPS saying "From the office."
    Then both sides hold the note with 2 amendments
    When an officer deletes the note in NOMIS
    Then the note is gone from both sides
