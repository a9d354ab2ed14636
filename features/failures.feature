@failures
Feature: Lost answers, failing services and crashes leave no trace
  Whatever call fails, and whether it failed before or after the write, the sync tries
  again until both sides are right, and writes nothing twice.

  @DUP-01
  Scenario: The answer to a NOMIS create is lost
    Given a prisoner
    And the answer to the next NOMIS create is lost
    When a DPS user writes a case note in DPS
    Then the prisoner has 1 case note in NOMIS
    And both sides hold the note

  Scenario: The answer to a DPS write is lost
    Given a prisoner
    And the answer to the next DPS write is lost
    When an officer writes a case note in NOMIS
    Then the prisoner has 1 case note in DPS
    And both sides hold the note

  @DUP-04
  Scenario Outline: The mapping service fails after the note was copied
    Given a prisoner
    And the mapping save fails 2 times
    When <user> writes a case note in <side>
    Then both sides hold the note
    And the prisoner has 1 case note in <other>

    Examples:
      | user       | side  | other |
      | a DPS user | DPS   | NOMIS |
      | an officer | NOMIS | DPS   |

  @RET-01 @CFG-07
  Scenario Outline: <service> that answers with status <status> is asked again
    Given a prisoner
    And <service> answers with status <status> 2 times
    When a DPS user writes a case note in DPS
    And an officer writes a case note in NOMIS
    Then both sides agree

    Examples:
      | service             | status |
      | NOMIS               | 400    |
      | NOMIS               | 401    |
      | NOMIS               | 403    |
      | NOMIS               | 408    |
      | NOMIS               | 429    |
      | NOMIS               | 500    |
      | NOMIS               | 502    |
      | NOMIS               | 503    |
      | NOMIS               | 504    |
      | DPS                 | 400    |
      | DPS                 | 401    |
      | DPS                 | 403    |
      | DPS                 | 429    |
      | DPS                 | 500    |
      | DPS                 | 502    |
      | DPS                 | 503    |
      | DPS                 | 504    |
      | the mapping service | 400    |
      | the mapping service | 401    |
      | the mapping service | 403    |
      | the mapping service | 429    |
      | the mapping service | 500    |
      | the mapping service | 502    |
      | the mapping service | 503    |
      | the mapping service | 504    |
      | the sign-on service | 401    |
      | the sign-on service | 500    |
      | the sign-on service | 503    |

  @RET-05 @RET-06 @RET-07
  Scenario Outline: <service> that refuses connections is asked again
    Given a case note written in <side>
    And <service> refuses connections 3 times
    When the note is amended in <side>
    Then both sides hold the note with 1 amendment

    Examples:
      | service             | side  |
      | NOMIS               | DPS   |
      | NOMIS               | NOMIS |
      | DPS                 | DPS   |
      | DPS                 | NOMIS |
      | the mapping service | DPS   |
      | the mapping service | NOMIS |

  @RET-07
  Scenario Outline: A service that fails a few times is tried again
    Given a prisoner
    And <service> fails 3 times
    When <user> writes a case note in <side>
    Then both sides hold the note

    Examples:
      | service             | user       | side  |
      | NOMIS               | a DPS user | DPS   |
      | DPS                 | an officer | NOMIS |
      | the mapping service | an officer | NOMIS |
      | the mapping service | a DPS user | DPS   |

  @RET-07
  Scenario Outline: What failed <times> times is tried again after seconds, not minutes
    Given a case note written in <side>
    And <service> fails <times> times
    When the note is amended in <side>
    Then both sides hold the note with 1 amendment
    And every message was handled within <limit> seconds

    Examples:
      | times | service             | side  | limit |
      | 1     | NOMIS               | DPS   | 15    |
      | 1     | the mapping service | NOMIS | 15    |
      | 2     | DPS                 | DPS   | 30    |
      | 3     | NOMIS               | NOMIS | 100   |
      | 2     | the mapping service | DPS   | 30    |

  @RET-02
  Scenario: NOMIS goes down and comes up again
    Given a case note written in DPS
    When NOMIS goes down for the sync
    And a DPS user amends the note in DPS
    And meanwhile NOMIS comes up again
    Then both sides hold the note with 1 amendment

  @RET-07 @RET-09
  Scenario Outline: An outage of <service> longer than all tries ends in dead letters, not in loss
    Given a case note written in <side>
    When <service> goes down for the sync
    And the note is amended in <side>
    Then 1 message is in the dead-letter queue from <way>
    When <service> comes up again
    And the dead letters from <way> come again
    Then both sides hold the note with 1 amendment
    And 0 messages are in the dead-letter queue from <way>

    Examples:
      | service             | side  | way          |
      | NOMIS               | DPS   | DPS to NOMIS |
      | DPS                 | NOMIS | NOMIS to DPS |
      | the mapping service | DPS   | DPS to NOMIS |
      | the mapping service | NOMIS | NOMIS to DPS |

  @smoke @needs-kill
  Scenario: The sync is killed in the middle of a burst from DPS and started again
    Given a prisoner
    When a DPS user writes 200 case notes in DPS, and half way the sync from DPS to NOMIS is killed and started again
    Then the prisoner has 200 case notes in NOMIS
    And the prisoner has 200 case notes in DPS

  @needs-kill
  Scenario: The sync is killed in the middle of a burst from NOMIS and started again
    Given a prisoner
    When an officer writes 200 case notes in NOMIS, and half way the sync from NOMIS to DPS is killed and started again
    Then the prisoner has 200 case notes in NOMIS
    And the prisoner has 200 case notes in DPS

  @needs-kill @DUP-06
  Scenario Outline: Old and new build side by side in the middle of a burst from <side>
    Given a prisoner
    When <user> writes 80 case notes in <side>, and half way the sync from <way> is upgraded
    Then the prisoner has 80 case notes in NOMIS
    And the prisoner has 80 case notes in DPS

    Examples:
      | side  | user       | way          |
      | DPS   | a DPS user | DPS to NOMIS |
      | NOMIS | an officer | NOMIS to DPS |

  @needs-kill @DUP-06
  Scenario Outline: Two builds meet the same messages in the middle of a burst from <side>
    Given a prisoner
    And every message about the prisoner is delivered twice
    When <user> writes 40 case notes in <side>, and half way the sync from <way> is upgraded
    Then the prisoner has 40 case notes in NOMIS
    And the prisoner has 40 case notes in DPS

    Examples:
      | side  | user       | way          |
      | DPS   | a DPS user | DPS to NOMIS |
      | NOMIS | an officer | NOMIS to DPS |

  @needs-kill @DUP-06
  Scenario: Two builds make a row each of one note, and the mapping of one is slow to go
    Given a prisoner
    And every message about the prisoner is delivered twice
    And the next mapping delete of a row takes 2 seconds
    When a DPS user writes 40 case notes in DPS, and half way the sync from DPS to NOMIS is upgraded
    Then the prisoner has 40 case notes in NOMIS
    And the prisoner has 40 case notes in DPS

  @needs-kill @DUP-01
  Scenario: The sync crashes after it wrote to NOMIS and before it saved the mapping
    Given a prisoner
    And the sync crashes at its next mapping save
    When a DPS user writes a case note in DPS
    And the sync from DPS to NOMIS is started
    Then the prisoner has 1 case note in NOMIS
    And both sides hold the note

  @needs-kill @IDM-07 @DUP-01
  Scenario: A note deleted after the sync crashed before it saved the mapping leaves no row
    Given a prisoner
    And the sync crashes at its next mapping save
    When a DPS user writes a case note in DPS
    And an administrator deletes the note in DPS
    And the sync from DPS to NOMIS is started
    Then the note is gone from both sides

  @needs-kill @IDM-07 @LOOP-04
  Scenario: So does one on whose row NOMIS leaves the audit module empty
    Given a prisoner
    And NOMIS leaves the audit module empty on the sync's writes
    When the sync from NOMIS to DPS is stopped
    Given the sync crashes at its next mapping save
    When a DPS user writes a case note in DPS
    And an administrator deletes the note in DPS
    And the sync from DPS to NOMIS is started
    And the sync from NOMIS to DPS is started
    Then the note is gone from both sides

  @DUP-13 @needs-kill
  Scenario: A row whose mapping was given up is found again when the note is amended
    Given a prisoner
    And the mapping save fails 5 times
    When a DPS user writes a case note in DPS
    Then 1 message is in the dead-letter queue from DPS to NOMIS
    When the sync from DPS to NOMIS is restarted
    And a DPS user amends the note in DPS
    And the dead letters from DPS to NOMIS come again
    Then the prisoner has 1 case note in NOMIS
    And both sides hold the note with 1 amendment

  @IDM-06 @DUP-13
  Scenario: A note born in NOMIS whose mapping was given up is amended in DPS
    Given a prisoner
    And the mapping save fails 6 times
    When an officer writes a case note in NOMIS
    Then 1 message is in the dead-letter queue from NOMIS to DPS
    When a DPS user amends the note in DPS
    And the dead letters from NOMIS to DPS come again
    Then the prisoner has 1 case note in NOMIS
    And both sides hold the note with 1 amendment
