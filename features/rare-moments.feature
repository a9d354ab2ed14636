@rare
Feature: Changes that meet the sync at the worst moment come right
  What is moved, deleted or switched while the sync is at work with it.

  @MRG-18
  Scenario: A moved booking leaves the notes of an earlier booking behind
    Given a prisoner called "First"
    And a prisoner called "Second"
    And a case note about "First" written in NOMIS
    When NOMIS releases the prisoner
    And NOMIS admits the prisoner again on a new booking
    And an officer writes a case note about "First" in NOMIS
    And a DPS user writes a case note about "First" in DPS
    And NOMIS moves the booking of "First" to "Second"
    And a DPS user amends the note in DPS
    Then both sides agree

  @MRG-18
  Scenario Outline: A note that crosses the move of its booking follows it
    Given a prisoner called "First"
    And a prisoner called "Second"
    And a case note called "old" about "First" written in <side>
    When <user> writes a case note called "new" about "First" in <side>
    And meanwhile NOMIS moves the booking of "First" to "Second"
    Then "Second" has 2 case notes in NOMIS
    And "Second" has 2 case notes in DPS
    And both sides agree

    Examples:
      | user       | side  |
      | an officer | NOMIS |

  @MRG-02
  Scenario: An amendment in DPS crosses a merge that copies the note
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in DPS
    When a DPS user amends the note in DPS
    And meanwhile NOMIS merges "Gone" into "Kept" with copies of the notes
    Then both sides agree

  @IDM-07 @DEL-08
  Scenario Outline: A note deleted before its mapping is saved leaves nothing behind
    Given a prisoner
    When <user> writes a case note in <side> and deletes it before its mapping is saved
    And <user> writes a case note in <side>
    Then the prisoner has 1 case note in NOMIS
    And the prisoner has 1 case note in DPS

    Examples:
      | side  | user       |
      | DPS   | a DPS user |
      | NOMIS | an officer |

  @DEL-08 @DEL-04
  Scenario Outline: A note deleted while the sync writes a change of it stays deleted
    Given a case note written in <side>
    When <user> changes the note in <side>, and it is deleted in <other> while the sync writes the change
    And a DPS user writes a case note in DPS
    Then the prisoner has 1 case note in NOMIS
    And the prisoner has 1 case note in DPS

    Examples:
      | side  | other | user             |
      | NOMIS | DPS   | an officer       |
      | DPS   | NOMIS | an administrator |

  @TOG-03 @needs-parking
  Scenario: Of two kinds of events that are off, the one switched on is handled
    Given a prisoner
    And "created" events from DPS are switched off
    And "updated" events from DPS are switched off
    When a DPS user writes a case note in DPS
    And a DPS user amends the note in DPS
    And "created" events from DPS are switched on
    Then the prisoner has 1 case note in NOMIS
    When "updated" events from DPS are switched on
    Then both sides hold the note with 1 amendment

  @ORD-07 @ORD-14 @needs-parking
  Scenario: New texts from DPS do not wipe an amendment whose event is parked
    Given a case note written in DPS
    And "updated" events from NOMIS are switched off
    When an officer amends the note in NOMIS saying "From the wing."
    And an administrator replaces the text in DPS with "Almost right."
    And an administrator replaces the text in DPS with "Put right."
    And "updated" events from NOMIS are switched on
    Then both sides show the text "Put right."
    And both sides hold the note with 1 amendment

  @TOG-03 @needs-parking @needs-kill
  Scenario Outline: What was parked is handled after a restart with all switches on
    Given a prisoner
    And "created" events from <side> are switched off
    When <user> writes a case note in <side>
    And the sync from <way> is restarted
    Then both sides hold the note

    Examples:
      | side  | user       | way           |
      | DPS   | a DPS user | DPS to NOMIS  |
      | NOMIS | an officer | NOMIS to DPS  |

  @DEL-05 @needs-kill
  Scenario: A deletion in DPS is whole while the other direction is stopped
    Given a case note written in DPS
    When the sync from NOMIS to DPS is stopped
    And an administrator deletes the note in DPS
    And a DPS user writes a case note in DPS
    Then the prisoner has 1 case note in NOMIS

  @MRG-18 @MRG-16
  Scenario: The only note of a prisoner crosses the move of its booking
    Given a prisoner called "First"
    And a prisoner called "Second"
    When an officer writes a case note about "First" in NOMIS
    And meanwhile NOMIS moves the booking of "First" to "Second"
    And an officer amends the note in NOMIS
    Then both sides agree

  @MRG-18 @MRG-17
  Scenario Outline: A note that the sync is writing while <what>
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    When <user> writes a case note about "Gone" in <side>, and NOMIS <does> "Kept" while the sync writes it
    Then "Kept" has 1 case note in NOMIS
    And "Kept" has 1 case note in DPS
    When an officer amends the note in NOMIS
    Then both sides hold the note with 1 amendment

    Examples:
      | user       | side  | what                     | does                           |
      | an officer | NOMIS | its prisoner is merged   | merges "Gone" into             |
      | an officer | NOMIS | its booking is moved     | moves the booking of "Gone" to |
      | a DPS user | DPS   | NOMIS merges its prisoner | merges "Gone" into            |

  @MRG-18 @ORD-02
  Scenario Outline: A note that the sync hears of after <what>
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And the events of NOMIS arrive in reverse order
    When an officer writes a case note about "Gone" in NOMIS
    And meanwhile NOMIS <does> "Kept"
    Then "Kept" has 1 case note in NOMIS
    And "Kept" has 1 case note in DPS
    And both sides agree

    Examples:
      | what                    | does                           |
      | the merge of prisoners  | merges "Gone" into             |
      | the move of its booking | moves the booking of "Gone" to |

  @MRG-17 @MRG-18
  Scenario: A burst of notes crosses the merge of its prisoner
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    When an officer writes 30 case notes in NOMIS
    And meanwhile NOMIS merges "Gone" into "Kept"
    Then "Kept" has 30 case notes in NOMIS
    And "Kept" has 30 case notes in DPS
    And both sides agree

  @IDM-07 @DEL-08
  Scenario: A note that DPS took without answering is deleted before it is tried again
    Given a prisoner called "One"
    When an officer writes a case note about "One" in NOMIS, and it is deleted in NOMIS while the sync writes it, whose answer is lost
    And an officer writes a case note in NOMIS
    Then the prisoner has 1 case note in NOMIS
    And the prisoner has 1 case note in DPS

  @ORD-07 @ORD-14 @needs-parking @needs-kill
  Scenario: A new text after a restart does not wipe an amendment whose event is parked
    Given a case note written in DPS
    And "updated" events from NOMIS are switched off
    When an officer amends the note in NOMIS saying "From the wing."
    And the sync from DPS to NOMIS is restarted
    And an administrator replaces the text in DPS with "Put right."
    And "updated" events from NOMIS are switched on
    Then both sides show the text "Put right."
    And both sides hold the note with 1 amendment

  @ORD-07 @TXT-09 @needs-parking
  Scenario Outline: Of two amendments of one second to a note born in <side>, the later one is parked
    Given a case note written in <side>
    When it is 14:30:00 on 5 May 2026
    And an officer amends the note in NOMIS saying "One."
    And "updated" events from NOMIS are switched off
    And it is 14:30:00 on 5 May 2026
    And an officer amends the note in NOMIS saying "Two."
    And a DPS user amends the note in DPS
    And "updated" events from NOMIS are switched on
    Then both sides hold the note with 3 amendments

    Examples:
      | side  |
      | DPS   |
      | NOMIS |

  @ORD-06 @ORD-14
  Scenario Outline: An officer's edit of a note born in <side>, heard of late, outlives one made in DPS
    Given a case note written in <side>
    And the events of NOMIS arrive in reverse order
    When an officer edits the note in NOMIS to say "The officer's words."
    And meanwhile an administrator replaces the text in DPS with "The administrator's words."
    Then both sides show the text "The officer's words."

    Examples:
      | side  |
      | DPS   |
      | NOMIS |

  @ORD-14 @needs-kill
  Scenario: Two texts that the two directions write at the same time are not swapped
    Given a case note written in DPS
    When the sync from DPS to NOMIS is restarted
    Given the next DPS write takes 1 second
    When an officer edits the note in NOMIS to say "The officer's words."
    And meanwhile an administrator replaces the text in DPS with "The administrator's words."
    Then both sides show the same text

  # The sync waits ten seconds for an answer to a mapping save; it has to give up here.
  @DUP-13 @IDM-04 @long
  Scenario: Two notes of one author and one second, while the first mapping is being saved
    Given a prisoner
    And the events of DPS arrive in reverse order
    And the next mapping save takes 10 seconds
    When it is 14:30:00 on 5 May 2026
    And a DPS user writes a case note called "one" in DPS
    And meanwhile it is 14:30:00 on 5 May 2026
    And meanwhile a DPS user writes a case note called "two" in DPS
    Then the prisoner has 2 case notes in NOMIS
    And both sides agree

  @MRG-17 @MRG-18
  Scenario: A note whose prisoner NOMIS merges while its mapping is being saved
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    When a DPS user writes a case note about "Gone" in DPS, and NOMIS merges "Gone" into "Kept" while the sync saves its mapping
    Then the mapping joins the two copies under the prisoner's number
    When an officer amends the note in NOMIS
    Then both sides hold the note with 1 amendment
