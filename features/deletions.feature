@deletions
Feature: A deleted note is deleted everywhere and stays deleted
  A note deleted for legal reasons must not survive on the other side, and no late
  message may bring it back.

  Scenario: A note deleted in DPS goes from NOMIS
    Given a case note written in DPS
    When an administrator deletes the note in DPS
    Then the note is gone from both sides

  @smoke
  Scenario: A note deleted in NOMIS goes from DPS
    Given a case note written in NOMIS
    When an officer deletes the note in NOMIS
    Then the note is gone from both sides

  @DEL-01
  Scenario: A delete event that names no prisoner is enough
    Given a case note written in NOMIS
    And NOMIS events of deletions name no prisoner
    When an officer deletes the note in NOMIS
    Then the note is gone from both sides

  @DEL-01
  Scenario: A delete event of one copy that names no prisoner is enough for them all
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in DPS
    And NOMIS events of deletions name no prisoner
    When NOMIS merges "Gone" into "Kept" with copies of the notes
    And an officer deletes the note in NOMIS
    Then the note is gone from both sides

  @DEL-04
  Scenario: Both sides delete the note at the same moment
    Given a case note written in NOMIS
    When an officer deletes the note in NOMIS
    And meanwhile an administrator deletes the note in DPS
    Then the note is gone from both sides

  @DEL-04 @needs-parking
  Scenario: A note deleted in NOMIS while such events are off is deleted in DPS as well
    Given a case note written in DPS
    And "deleted" events from NOMIS are switched off
    When an officer deletes the note in NOMIS
    And an administrator deletes the note in DPS
    And "deleted" events from NOMIS are switched on
    Then the note is gone from both sides

  Scenario: A delete and an amendment that cross end in the deletion
    Given a case note written in NOMIS
    When a DPS user amends the note in DPS
    And meanwhile an officer deletes the note in NOMIS
    Then the note is gone from both sides

  @ORD-01
  Scenario: A note written and deleted in NOMIS before the sync looks leaves nothing
    Given a prisoner
    When an officer writes a case note in NOMIS
    And meanwhile an officer deletes the note in NOMIS
    Then the note is gone from both sides

  @DEL-05
  Scenario: A note written and deleted in DPS before the sync looks leaves nothing
    Given a prisoner
    When a DPS user writes a case note in DPS
    And meanwhile an administrator deletes the note in DPS
    Then the note is gone from both sides

  @DEL-06
  Scenario: A delete that meets a failing DPS is tried again until it is done
    Given a case note written in NOMIS
    And the DPS delete fails once
    When an officer deletes the note in NOMIS
    Then the note is gone from both sides

  @DEL-08
  Scenario: A create event that comes again after the deletion brings nothing back
    Given a case note written in DPS
    And its create event is kept for later
    When an administrator deletes the note in DPS
    And the kept event comes again
    Then the note is gone from both sides
