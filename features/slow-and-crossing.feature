@delivery
Feature: Slow answers, lagging reads and crossing workers do no harm
  The sync may see an old state, or meet itself. In the end both sides are right.

  @DUP-01 @RET-06 @DAT-04
  Scenario: A lost answer to a create with an amendment behind it
    Given a prisoner
    And the answer to the next NOMIS create is lost
    When a DPS user writes a case note in DPS
    And meanwhile a DPS user amends the note in DPS
    Then the prisoner has 1 case note in NOMIS
    And both sides hold the note with 1 amendment

  @RET-03 @RET-05 @DUP-01 @virtual-time
  Scenario: A NOMIS that carries a create out after the sync gave up waiting
    Given a prisoner
    And the next NOMIS create takes 100 seconds
    When a DPS user writes a case note in DPS
    Then the prisoner has 1 case note in NOMIS
    And both sides hold the note

  @RET-05 @virtual-time @RET-07
  Scenario: An amended note that NOMIS creates after the sync gave up waiting
    Given a prisoner
    And the next NOMIS create takes 100 seconds
    When a DPS user writes a case note in DPS
    And a DPS user amends the note in DPS
    Then the prisoner has 1 case note in NOMIS
    And both sides hold the note with 1 amendment

  @DUP-06 @DUP-07 @RET-03
  Scenario: A create delivered twice while NOMIS is slow
    Given a prisoner
    And every message about the prisoner is delivered twice
    And the next NOMIS create takes 2 seconds
    When a DPS user writes a case note in DPS
    Then the prisoner has 1 case note in NOMIS
    And both sides hold the note

  @DUP-13 @DUP-05
  Scenario: A create event that is sent again after days makes no twin
    Given a case note written in DPS
    And its create event is kept for later
    When a DPS user amends the note in DPS
    And the kept event comes again
    Then the prisoner has 1 case note in NOMIS
    And both sides hold the note with 1 amendment

  @ORD-03
  Scenario: An amendment that comes while the mapping is being saved
    Given a prisoner
    And the events of DPS arrive in reverse order
    And the next mapping save takes 2 seconds
    When a DPS user writes a case note in DPS
    And meanwhile a DPS user amends the note in DPS
    Then both sides hold the note with 1 amendment

  @ORD-04 @RET-07
  Scenario: A note read from a replica that lags behind its event
    Given a prisoner
    And NOMIS answers reads with the state of 5 seconds before
    When an officer writes a case note in NOMIS
    Then both sides hold the note

  @ORD-04
  Scenario: An edit read from a replica that lags behind its event
    Given a case note written in NOMIS
    And NOMIS answers reads with the state of 5 seconds before
    When an officer edits the note in NOMIS to say "Corrected."
    Then both sides show the text "Corrected."

  @ORD-04 @RET-07
  Scenario: A note written in DPS that DPS itself does not show yet
    Given a prisoner
    And DPS answers reads with the state of 5 seconds before
    When a DPS user writes a case note in DPS
    Then both sides hold the note

  @ORD-04 @RET-07
  Scenario Outline: A note born in <side> is amended in NOMIS when DPS does not show it yet
    Given a prisoner
    And DPS answers reads with the state of 5 seconds before
    When <user> writes a case note in <side>
    And an officer amends the note in NOMIS
    Then both sides hold the note with 1 amendment

    Examples:
      | side  | user       |
      | NOMIS | an officer |
      | DPS   | a DPS user |

  @ORD-05
  Scenario: An officer corrects the text again while the sync writes the first
    Given a case note written in NOMIS
    When an officer edits the note in NOMIS to say "First.", then "Second." while the sync writes the first
    Then both sides show the text "Second."

  @ORD-05
  Scenario: An officer corrects a note of DPS again while the sync writes the first
    Given a case note written in DPS
    When an officer edits the note in NOMIS to say "First.", then "Second." while the sync writes the first
    Then both sides show the text "Second."

  @ORD-05
  Scenario: An administrator replaces the text again while the sync writes the first
    Given a case note written in DPS
    When an administrator replaces the text of the note in DPS by "First.", then "Second." while the sync writes the first
    Then both sides show the text "Second."

  @ORD-05 @TXT-13
  Scenario: An administrator replaces the text of a note with copies again meanwhile
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in NOMIS
    When NOMIS merges "Gone" into "Kept" with copies of the notes
    And an administrator replaces the text of the note in DPS by "First.", then "Second." while the sync writes the first
    Then every copy shows the text "Second."

  @IDM-03 @IDM-08
  Scenario Outline: The answer to a mapping save is lost
    Given a prisoner
    And the answer to the next mapping save is lost
    When <user> writes a case note in <side>
    Then both sides hold the note
    And the prisoner has 1 case note in <other>

    Examples:
      | user       | side  | other |
      | a DPS user | DPS   | NOMIS |
      | an officer | NOMIS | DPS   |

  @IDM-06
  Scenario: Notes of both sides whose mappings fail once are amended afterwards
    Given a prisoner
    And the mapping save fails 2 times
    When an officer writes a case note in NOMIS
    And a DPS user amends the note in DPS
    And a DPS user writes a case note in DPS
    And an officer amends the note in NOMIS
    Then both sides hold the note with 1 amendment
    And both sides agree

  @IDM-07
  Scenario: A note deleted while its mapping cannot be saved leaves nothing
    Given a prisoner
    When a DPS user writes a case note in DPS and deletes it before its mapping is saved
    Then the note is gone from both sides

  @IDM-07 @LOOP-04
  Scenario Outline: So does one on whose row NOMIS <does so>
    Given a prisoner
    And NOMIS <does so> on the sync's writes
    When a DPS user writes a case note in DPS and deletes it before its mapping is saved
    Then the note is gone from both sides

    Examples:
      | does so                            |
      | leaves the audit module empty      |
      | writes the audit module "OIDNOMIS" |

  @ORD-01
  Scenario: A note edited and deleted in NOMIS before the sync looks
    Given a case note written in NOMIS
    When an officer edits the note in NOMIS to say "For a moment."
    And meanwhile an officer deletes the note in NOMIS
    Then the note is gone from both sides

  @ORD-10
  Scenario: A corrected date of a note born in DPS reaches DPS
    Given a case note written in DPS
    When an officer corrects the date of the note in NOMIS
    Then both sides hold the note
    And both sides show when it happened and when it was written

  @ORD-07 @ORD-06
  Scenario: Amendments that cross three times are all kept
    Given a case note written in NOMIS
    When a DPS user amends the note in DPS saying "From the office."
    And meanwhile an officer amends the note in NOMIS saying "From the wing."
    And a DPS user amends the note in DPS saying "Office again."
    And meanwhile an officer amends the note in NOMIS saying "Wing again."
    Then both sides hold the note with 4 amendments

  @ORD-06 @ORD-07 @needs-kill @ORD-14 @TOG-06
  Scenario: An officer's amendment that the sync hears of after that of DPS
    Given a case note written in DPS
    When the sync from NOMIS to DPS is stopped
    And an officer amends the note in NOMIS saying "From the wing."
    And a DPS user amends the note in DPS saying "From the office."
    And the sync from NOMIS to DPS is started
    Then both sides hold the note with 2 amendments

  @DUP-01 @DUP-05 @ORD-04
  Scenario: Two deliveries of a create meet a lost answer and a read that lags
    Given a prisoner
    And NOMIS answers reads with the state of 5 seconds before
    And every message about the prisoner is delivered twice
    And the answer to the next NOMIS create is lost
    When a DPS user writes a case note in DPS
    Then the prisoner has 1 case note in NOMIS
    And both sides hold the note

  @ORD-04
  Scenario Outline: A service that does not know the note yet is asked again
    Given a prisoner
    And <side> answers with status 404 1 time
    When <user> writes a case note in <side>
    Then both sides hold the note

    Examples:
      | side  | user       |
      | DPS   | a DPS user |
      | NOMIS | an officer |

  @ORD-04 @ORD-01
  Scenario: An edit heard of after the deletion, while reads still show the row
    Given a case note written in NOMIS
    And NOMIS answers reads with the state of 5 seconds before
    And the events of NOMIS arrive in reverse order
    When an officer edits the note in NOMIS to say "For a moment."
    And meanwhile an officer deletes the note in NOMIS
    And an officer writes a case note in NOMIS
    Then the prisoner has 1 case note in NOMIS
    And the prisoner has 1 case note in DPS

  @ORD-04
  Scenario: A note amended before a lagging read shows its row
    Given a prisoner
    And NOMIS answers reads with the state of 5 seconds before
    When a DPS user writes a case note in DPS
    And meanwhile a DPS user amends the note in DPS
    Then both sides hold the note with 1 amendment

  @ORD-06 @ORD-14
  Scenario: An amendment that crosses a new text does not bring the old text back
    Given a case note written in DPS
    When the sync from NOMIS to DPS is restarted
    And an officer amends the note in NOMIS
    And meanwhile an administrator replaces the text in DPS with "Corrected."
    Then both sides show the text "Corrected."
    And both sides hold the note with 1 amendment

  @ORD-04 @DEL-08
  Scenario: An edit heard of after the deletion in DPS, while reads still show the row
    Given a case note written in NOMIS
    And NOMIS answers reads with the state of 10 seconds before
    And the events of NOMIS arrive in reverse order
    When an officer edits the note in NOMIS to say "For a moment."
    And meanwhile an administrator deletes the note in DPS
    Then the sync never wrote to DPS
    When an officer writes a case note in NOMIS
    Then the prisoner has 1 case note in NOMIS
    And the prisoner has 1 case note in DPS

  @MRG-09 @ORD-04
  Scenario: A merge that NOMIS itself does not show at first
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in NOMIS
    And NOMIS answers with status 404 4 times
    When NOMIS merges "Gone" into "Kept"
    Then "Kept" has 1 case note in NOMIS
    And "Kept" has 1 case note in DPS
    And both sides agree

  @DUP-01 @DUP-05
  Scenario: Two deliveries of a create meet a lost answer
    Given a prisoner
    And every message about the prisoner is delivered twice
    And the answer to the next NOMIS create is lost
    When a DPS user writes a case note in DPS
    Then the sync wrote to NOMIS once
    And both sides hold the note

  @DUP-04 @ORD-04 @IDM-06
  Scenario: A note whose mapping fails is amended before a lagging read shows its row
    Given a prisoner
    And NOMIS answers reads with the state of 5 seconds before
    And the mapping save fails 3 times
    When a DPS user writes a case note in DPS
    And meanwhile a DPS user amends the note in DPS
    Then the prisoner has 1 case note in NOMIS
    And both sides hold the note with 1 amendment

  @IDM-06 @ORD-04
  Scenario: A mapping is tried again before a lagging read shows its row
    Given a prisoner
    And NOMIS answers reads with the state of 5 seconds before
    And the mapping save fails once
    When a DPS user writes a case note in DPS
    Then both sides hold the note
    And the mapping joins the two copies under the prisoner's number
