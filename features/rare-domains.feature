@rare
Feature: Rare accidents that one domain must not make another's
  What goes wrong with one prisoner, one call or one kind of record stays there.

  @TOG-02 @needs-parking
  Scenario: Merges switched off for alerts are still handled for case notes
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in NOMIS
    And a case note about "Gone" written in DPS
    And the sync of alerts switches merges off
    When NOMIS merges "Gone" into "Kept" with copies of the notes
    And a DPS user amends the note in DPS
    Then both sides agree

  @TOG-02 @needs-parking
  Scenario: A note with copies is deleted everywhere though merges are off for alerts
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in NOMIS
    And the sync of alerts switches merges off
    When NOMIS merges "Gone" into "Kept" with copies of the notes
    And an administrator deletes the note in DPS
    And a DPS user writes a case note about "Kept" in DPS
    Then both sides agree

  @RET-04 @virtual-time
  Scenario Outline: A call that is never answered is given up and tried again
    Given a prisoner
    And the next <call> is never answered
    When <user> writes a case note in <side>
    Then both sides hold the note
    And the prisoner has 1 case note in <other>

    Examples:
      | call         | user       | side  | other |
      | NOMIS create | a DPS user | DPS   | NOMIS |
      | DPS write    | an officer | NOMIS | DPS   |
      | mapping save | a DPS user | DPS   | NOMIS |

  @REC-12 @needs-reconciliation @needs-reconciliation-of-everyone
  Scenario: One prisoner who cannot be read does not end the report
    Given a prisoner called "First"
    And a prisoner called "Second"
    And a case note about "Second" written in DPS
    And a case note about "First" written in DPS
    And someone changed the NOMIS text behind the sync's back
    And NOMIS cannot show the notes of "Second"
    When the reconciliation looks at everyone
    Then it reports the difference of "First" and that "Second" is unchecked

  @REC-12 @needs-reconciliation @needs-reconciliation-of-everyone
  Scenario: One prisoner whom DPS cannot show does not end the report
    Given a prisoner called "First"
    And a prisoner called "Second"
    And a case note about "Second" written in NOMIS
    And a case note about "First" written in DPS
    And someone removed the NOMIS row behind the sync's back
    And DPS cannot show the notes of "Second"
    When the reconciliation looks at everyone
    Then it reports the difference of "First" and that "Second" is unchecked

  @DUP-08 @alerts
  Scenario: An alert whose create was answered to nobody can be ended and raised again
    Given alert notes are written by NOMIS
    And a prisoner
    And the answer to the next NOMIS alert create is lost
    When a DPS user raises an alert in DPS
    And a DPS user ends the alert in DPS
    And a DPS user raises an alert in DPS of the same code
    Then there are 3 alert notes on each side, born in NOMIS

  @DUP-08 @alerts @virtual-time
  Scenario: An alert that NOMIS makes after the sync gave up waiting can be ended and raised again
    Given alert notes are written by NOMIS
    And a prisoner
    And the next NOMIS alert create takes 100 seconds
    When a DPS user raises an alert in DPS
    And a DPS user ends the alert in DPS
    And a DPS user raises an alert in DPS of the same code
    Then there are 3 alert notes on each side, born in NOMIS

  @DUP-09 @alerts @DUP-08
  Scenario: A code raised again before NOMIS has heard of its end gets both notes
    Given alert notes are written by NOMIS
    And a prisoner
    When a DPS user raises an alert in DPS
    Given the alert events of DPS arrive in reverse order
    When a DPS user ends the alert in DPS
    And meanwhile a DPS user raises an alert in DPS of the same code
    Then there are 3 alert notes on each side, born in NOMIS
