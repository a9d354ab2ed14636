@failures
Feature: Rare failures lose nothing
  @CFG-06
  Scenario: A merge of prisoners with many notes
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in DPS
    When an officer writes 30 case notes in NOMIS
    And NOMIS merges "Gone" into "Kept" with copies of the notes
    Then both sides agree

  @CFG-06
  Scenario: A move of a booking with many notes
    Given a prisoner called "First"
    And a prisoner called "Second"
    And a case note about "First" written in DPS
    When an officer writes 30 case notes in NOMIS
    And NOMIS moves the booking of "First" to "Second"
    Then "Second" has 31 case notes in DPS
    And both sides agree

  @DEL-04 @DEL-05
  Scenario: The answer to a NOMIS delete is lost
    Given a case note written in DPS
    And the answer to the next NOMIS delete is lost
    When an administrator deletes the note in DPS
    Then the note is gone from both sides

  @DEL-04
  Scenario: The answer to the delete of one of several copies is lost
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in DPS
    When NOMIS merges "Gone" into "Kept" with copies of the notes
    Given the answer to the next NOMIS delete is lost
    When an administrator deletes the note in DPS
    Then the note is gone from both sides

  @DEL-04 @needs-kill
  Scenario: The answer to a NOMIS delete is lost while the other direction is down
    Given a case note written in DPS
    And the answer to the next NOMIS delete is lost
    When the sync from NOMIS to DPS is stopped
    And an administrator deletes the note in DPS
    And the sync from NOMIS to DPS is started
    Then the note is gone from both sides

  @DEL-06
  Scenario: A delete that meets a failing look-up is tried again until it is done
    Given a case note written in NOMIS
    And the mapping service fails 1 times
    When an officer deletes the note in NOMIS
    Then the note is gone from both sides

  @DEL-05
  Scenario: Two deletions of one DPS note cross its deletion in NOMIS
    Given a case note written in DPS
    And every message about the prisoner is delivered twice
    When an administrator deletes the note in DPS
    Then the note is gone from both sides

  @RET-09
  Scenario: A malformed event does not keep a burst of notes waiting
    Given a prisoner
    And a malformed event waits on the queue from NOMIS to DPS
    When an officer writes 5 case notes in NOMIS
    Then the prisoner has 5 case notes in DPS
    And 1 message is in the dead-letter queue from NOMIS to DPS

  @RET-01 @RET-02
  Scenario Outline: A change that meets a failing service is not acknowledged
    Given a case note written in <born>
    And <service> fails 2 times
    When the note is amended in <side>
    Then both sides hold the note with 1 amendment

    Examples:
      | born  | service | side  |
      | DPS   | NOMIS   | DPS   |
      | NOMIS | DPS     | NOMIS |

  @IDM-07 @IDM-06
  Scenario Outline: A note deleted while its mapping is tried again leaves nothing behind
    Given a prisoner
    And the mapping save fails 2 times
    When <user> writes a case note in <side> and deletes it before its mapping is saved
    And <user> writes a case note in <side>
    Then the prisoner has 1 case note in NOMIS
    And the prisoner has 1 case note in DPS

    Examples:
      | side  | user       |
      | DPS   | a DPS user |
      | NOMIS | an officer |

  @IDM-05 @MRG-02 @IDM-10
  Scenario: A merge whose copies cannot be mapped at first maps them later
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note called "one" about "Gone" written in NOMIS
    And a case note called "two" about "Gone" written in DPS
    And the mapping save of copies fails 2 times
    When NOMIS merges "Gone" into "Kept" with copies of the notes
    And an officer amends the note "one" in NOMIS
    Then both sides agree

  @RET-07 @RET-06
  Scenario: The answer to the last try of a change is lost
    Given a case note written in DPS
    And the NOMIS update fails 3 times
    And the answer to the next NOMIS update is lost
    When a DPS user amends the note in DPS
    Then both sides hold the note with 1 amendment
    And 0 messages are in the dead-letter queue from DPS to NOMIS

  @DUP-13 @needs-parking
  Scenario: An amendment brings a note to NOMIS whose create is parked
    Given a prisoner
    And "created" events from DPS are switched off
    When a DPS user writes a case note in DPS
    And a DPS user amends the note in DPS
    Then both sides hold the note with 1 amendment
    When "created" events from DPS are switched on
    Then the prisoner has 1 case note in NOMIS
    And both sides hold the note with 1 amendment

  @DUP-13 @IDM-06 @needs-parking
  Scenario: An amendment brings a parked note to NOMIS, though its mapping fails at first
    Given a prisoner
    And "created" events from DPS are switched off
    And the mapping save fails once
    When a DPS user writes a case note in DPS
    And a DPS user amends the note in DPS
    Then both sides hold the note with 1 amendment
    When "created" events from DPS are switched on
    Then the prisoner has 1 case note in NOMIS
    And both sides hold the note with 1 amendment

  @DEL-08 @ORD-04 @RET-07
  Scenario: A note is deleted before its dead create is tried again, and DPS still shows it
    Given a prisoner
    When NOMIS goes down for the sync
    And a DPS user writes a case note in DPS
    Then 1 message is in the dead-letter queue from DPS to NOMIS
    When NOMIS comes up again
    Given DPS answers reads with the state of 1 second before
    And the next NOMIS create takes 2 seconds
    When an administrator deletes the note in DPS
    And the dead letters from DPS to NOMIS come again
    Then the note is gone from both sides
