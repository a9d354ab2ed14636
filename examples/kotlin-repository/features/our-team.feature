Feature: What our team promises its officers
  Written by the team's testers; nothing of Tandem has to be changed for it.

  Scenario: A note written in DPS is in NOMIS once
    Given a prisoner
    When a DPS user writes a case note in DPS
    Then both sides hold the note
    And the sync wrote to NOMIS once

  Scenario: An amendment made in DPS arrives
    Given a case note written in DPS
    When a DPS user amends the note in DPS
    Then both sides hold the note

  @needs-kill
  Scenario: A crash in the middle of a burst loses nothing
    Given a prisoner
    When a DPS user writes 20 case notes in DPS, and half way the sync from DPS to NOMIS is killed and started again
    Then the prisoner has 20 case notes in NOMIS
