@delivery
Feature: On a plain day nobody waits for a second try
  A message that the sync gives back comes again a second later, then ten, then sixty: so
  long users of the other side look at an old state.

  @LOOP-13 @DUP-13
  Scenario: Changes that do not cross are carried at once
    Given a case note called "one" written in DPS
    And a case note called "two" written in NOMIS
    When a DPS user amends the note "one" in DPS
    And an officer amends the note "one" in NOMIS
    And an officer edits the note "two" in NOMIS to say "Seen twice."
    And a DPS user amends the note "two" in DPS
    And an officer amends the note "two" in NOMIS
    And an administrator replaces the text of the note "one" in DPS with "Corrected."
    And an officer edits the note "one" in NOMIS to say "Corrected again."
    Then every message was handled at its first try
    And both sides agree

  @DEL-01 @DEL-05
  Scenario: Deletions that do not cross are carried at once
    Given a case note called "one" written in DPS
    And a case note called "two" written in NOMIS
    When an administrator deletes the note "one" in DPS
    And an officer deletes the note "two" in NOMIS
    And a DPS user writes a case note in DPS
    And an officer writes a case note in NOMIS
    Then every message was handled at its first try
    And the prisoner has 2 case notes in NOMIS
    And the prisoner has 2 case notes in DPS

  @ORD-10
  Scenario: A corrected date and a corrected text are carried at once
    Given a case note written in DPS
    When an officer corrects the date of the note in NOMIS
    And an administrator replaces the text in DPS with "Corrected."
    And an officer amends the note in NOMIS
    Then every message was handled at its first try
    And both sides show when it happened and when it was written

  @MRG-01 @MRG-06
  Scenario: A merge without copies is followed at once
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note called "one" about "Gone" written in NOMIS
    And a case note called "two" about "Kept" written in DPS
    When NOMIS merges "Gone" into "Kept"
    And an officer amends the note "one" in NOMIS
    And a DPS user amends the note "two" in DPS
    Then every message was handled at its first try
    And both sides agree

  @MRG-02
  Scenario: A merge with copies is followed at once
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note called "one" about "Gone" written in NOMIS
    And a case note called "two" about "Gone" written in DPS
    When NOMIS merges "Gone" into "Kept" with copies of the notes
    And an officer amends the note "one" in NOMIS
    And a DPS user amends the note "two" in DPS
    Then every message was handled at its first try
    And both sides agree

  @MRG-19
  Scenario: A moved booking is followed at once
    Given a prisoner called "First"
    And a prisoner called "Second"
    And a case note called "one" about "First" written in NOMIS
    And a case note called "two" about "First" written in DPS
    When NOMIS moves the booking of "First" to "Second"
    And an officer amends the note "one" in NOMIS
    And a DPS user amends the note "two" in DPS
    Then every message was handled at its first try
    And both sides agree

  @RET-01
  Scenario Outline: A read that fails once is repeated at once
    Given a prisoner
    And a case note written in <side>
    And DPS answers with status 502 1 time
    When <user> amends the note in <side>
    Then every message was handled at its first try
    And both sides hold the note with 1 amendment

    Examples:
      | side  | user       |
      | DPS   | a DPS user |
      | NOMIS | an officer |

  @DUP-05
  Scenario: What is delivered twice is handled twice, each time at once
    Given a prisoner
    And every message about the prisoner is delivered twice
    When a DPS user writes a case note called "one" in DPS
    And an officer writes a case note called "two" in NOMIS
    And a DPS user amends the note "two" in DPS
    And an officer amends the note "one" in NOMIS
    Then every message was handled at its first try
    And both sides agree

  Scenario: The same after a restart of the sync
    Given a case note called "one" written in DPS
    And a case note called "two" written in NOMIS
    When the sync from DPS to NOMIS is restarted
    And the sync from NOMIS to DPS is restarted
    And a DPS user amends the note "one" in DPS
    And an officer amends the note "one" in NOMIS
    And an officer edits the note "two" in NOMIS to say "Seen twice."
    And a DPS user amends the note "two" in DPS
    Then every message was handled at its first try
    And both sides agree

  @ORD-01
  Scenario: A note edited and deleted in NOMIS before the sync looks is gone at once
    Given a case note written in NOMIS
    When an officer edits the note in NOMIS to say "For a moment."
    And meanwhile an officer deletes the note in NOMIS
    And an officer writes a case note in NOMIS
    Then every message was handled at its first try
    And the prisoner has 1 case note in DPS

  @DEL-04
  Scenario: A note amended and deleted in DPS before the sync looks is gone at once
    Given a case note written in DPS
    When a DPS user amends the note in DPS
    And meanwhile an administrator deletes the note in DPS
    And a DPS user writes a case note in DPS
    Then every message was handled at its first try
    And the prisoner has 1 case note in NOMIS

  @DUP-13
  Scenario: A create event that comes again after the deletion is let go at once
    Given a case note written in DPS
    And its create event is kept for later
    When an administrator deletes the note in DPS
    And the kept event comes again
    And a DPS user writes a case note in DPS
    Then every message was handled at its first try
    And the prisoner has 1 case note in NOMIS

  @MRG-03
  Scenario: A merge whose copies raise events of their own is followed in the end
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note called "one" about "Gone" written in NOMIS
    And a case note called "two" about "Gone" written in DPS
    When NOMIS merges "Gone" into "Kept" with copies that raise events
    And an officer amends the note "one" in NOMIS
    # A copy's event may come before its merge, and then waits for it.
    Then 0 messages are in the dead-letter queue from NOMIS to DPS
    And both sides agree

  @ORD-10
  Scenario: Corrections are carried at once though the sync has forgotten all
    Given a case note called "one" written in DPS
    And a case note called "two" written in NOMIS
    When the sync from NOMIS to DPS is restarted
    And the sync from DPS to NOMIS is restarted
    And an officer edits the note "one" in NOMIS to say "Corrected."
    And an administrator replaces the text of the note "two" in DPS with "Put right."
    And an officer corrects the date of the note in NOMIS
    Then every message was handled at its first try
    And both sides agree

  @LOOP-04
  Scenario: Changes are carried at once though NOMIS marks nothing
    Given a prisoner
    And NOMIS leaves the audit module empty on the sync's writes
    When a DPS user writes a case note called "one" in DPS
    And a DPS user amends the note "one" in DPS
    And an officer amends the note "one" in NOMIS
    And an officer edits the note "one" in NOMIS to say "Corrected."
    And an administrator deletes the note "one" in DPS
    And a DPS user writes a case note in DPS
    Then every message was handled at its first try
    And the prisoner has 1 case note in NOMIS

  @ORD-10
  Scenario: A corrected date is carried at once by a sync that never saw the note
    Given a case note written in NOMIS
    When the sync from NOMIS to DPS is restarted
    And an officer corrects the date of the note in NOMIS
    Then every message was handled at its first try
    And both sides show when it happened and when it was written

  @ORD-01 @DEL-05
  Scenario: A deletion that comes before an edit ends it at once, by a sync that never saw the note
    Given a case note written in NOMIS
    When the sync from NOMIS to DPS is restarted
    Given the events of NOMIS arrive in reverse order
    When an officer edits the note in NOMIS to say "For a moment."
    And meanwhile an officer deletes the note in NOMIS
    And an officer writes a case note in NOMIS
    Then every message was handled at its first try
    And the prisoner has 1 case note in DPS

  @TXT-19
  Scenario: An outcome of an appointment is carried at once, by either of its kinds
    Given a prisoner
    When an officer writes a case note in NOMIS of type "CNOTE/OUTCOME"
    And a DPS user amends the note in DPS
    And an officer amends the note in NOMIS
    Then the sync wrote to DPS 2 times
    And the sync wrote to NOMIS once
    And every message was handled at its first try
    And both sides hold the note with 2 amendments
