@delivery
Feature: Messages that come twice, late or out of order do no harm
  Delivery is at least once, in any order. The end must be the same.

  @smoke @DUP-05
  Scenario: A note's create event delivered twice makes one copy (from DPS)
    Given a prisoner
    And every message about the prisoner is delivered twice
    When a DPS user writes a case note in DPS
    Then the prisoner has 1 case note in NOMIS
    And both sides hold the note

  @DUP-05
  Scenario: A note's create event delivered twice makes one copy (from NOMIS)
    Given a prisoner
    And every message about the prisoner is delivered twice
    When an officer writes a case note in NOMIS
    Then the prisoner has 1 case note in DPS
    And both sides hold the note

  @DUP-05
  Scenario: Amendments delivered twice are there once
    Given a case note written in DPS
    And every message about the prisoner is delivered twice
    When a DPS user amends the note in DPS
    And an officer amends the note in NOMIS
    Then both sides hold the note with 2 amendments

  @DEL-04
  Scenario: A deletion delivered twice does no harm
    Given a case note written in DPS
    And every message about the prisoner is delivered twice
    When an administrator deletes the note in DPS
    Then the note is gone from both sides

  @ORD-02
  Scenario: In NOMIS the amendment event overtakes the create event
    Given a prisoner
    And the events of NOMIS arrive in reverse order
    When an officer writes a case note in NOMIS
    And meanwhile an officer amends the note in NOMIS
    Then both sides hold the note with 1 amendment

  @ORD-03 @ORD-02 @DAT-04
  Scenario: In DPS the amendment event overtakes the create event
    Given a prisoner
    And the events of DPS arrive in reverse order
    When a DPS user writes a case note in DPS
    And meanwhile a DPS user amends the note in DPS
    Then both sides hold the note with 1 amendment

  @RET-09
  Scenario: A malformed event goes to the dead-letter queue and stops nobody
    Given a prisoner
    And a malformed event waits on the queue from NOMIS to DPS
    When an officer writes a case note in NOMIS
    Then both sides hold the note
    And 1 message is in the dead-letter queue from NOMIS to DPS

  Scenario: An acknowledgement that is lost does no harm
    Given a prisoner
    And the next acknowledgement of the sync is lost
    When a DPS user writes a case note in DPS
    Then both sides hold the note
    And the prisoner has 1 case note in NOMIS
