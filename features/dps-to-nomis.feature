@dps-to-nomis
Feature: A case note written in DPS reaches NOMIS
  Staff still working in NOMIS must see what colleagues wrote in DPS: once, whole,
  with its author and its times.

  @smoke
  Scenario: A note written in DPS appears in NOMIS once
    Given a prisoner
    When a DPS user writes a case note in DPS
    Then both sides hold the note
    And the sync wrote to NOMIS once

  @DAT-02
  Scenario: A note about last week keeps both its times
    Given a prisoner
    When a DPS user writes a case note in DPS about what happened 7 days ago
    Then both sides hold the note
    And both sides show when it happened and when it was written

  @IDM-02
  Scenario: A note written and amended in DPS reaches NOMIS with its amendment
    Given a case note written in DPS
    When a DPS user amends the note in DPS
    Then both sides hold the note with 1 amendment

  @IDM-14
  Scenario: The mapping of a DPS note names its prisoner
    Given a prisoner
    When a DPS user writes a case note in DPS
    Then the mapping joins the two copies under the prisoner's number

  Scenario Outline: Notes of each synced kind reach NOMIS
    Given a prisoner
    When a DPS user writes a case note in DPS of type "<type>"
    Then both sides hold the note

    Examples:
      | type            |
      | KA/KS           |
      | GEN/HIS         |
      | OBSERVE/OBS_GEN |
      | POS/IEP_ENC     |
      | NEG/IEP_WARN    |

  @DUP-06
  Scenario: Many notes written at once all arrive, each once
    Given a prisoner
    When a DPS user writes 20 case notes in DPS
    Then the prisoner has 20 case notes in NOMIS
    And the prisoner has 20 case notes in DPS

  @TXT-16
  Scenario: Notes of two DPS users keep their own authors
    Given a case note written in DPS
    When another DPS user writes a case note in DPS
    Then both sides hold the note
    And both sides agree

  @TXT-18
  Scenario: The author's second account is not taken for another author
    Given a prisoner
    And an officer with two accounts
    When the officer writes a case note in DPS with the second account
    And an officer amends the note in NOMIS
    Then DPS shows the note under the second account
    And both sides hold the note with 1 amendment
