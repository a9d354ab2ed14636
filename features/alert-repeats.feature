@alerts
Feature: Alerts that come twice, end early or repeat make the right notes
  @ALT-07
  Scenario: A second active alert of one code in NOMIS gets its note
    Given alert notes are written by DPS
    And a prisoner
    When an officer raises an alert in NOMIS
    And an officer raises an alert in NOMIS
    And an officer raises an alert in NOMIS
    And an officer raises an alert in NOMIS
    And an officer raises an alert in NOMIS
    And an officer raises an alert in NOMIS
    Then there are 6 alert notes on each side, born in DPS

  @ALT-07
  Scenario: An alert of DPS that an officer raises once more in NOMIS gets a second note
    Given alert notes are written by NOMIS
    And a prisoner
    When a DPS user raises an alert in DPS
    And an officer raises an alert in NOMIS of the same code
    Then there are 2 alert notes on each side, born in NOMIS

  @ALT-03
  Scenario: An alert that an officer raises with an end in the past gives only the note of its end
    Given alert notes are written by DPS
    And a prisoner
    When an officer raises an alert in NOMIS that has already ended
    Then DPS holds 1 system generated note of type "ALERT/INACTIVE"
    And there is no alert note of type "ALERT/ACTIVE" on either side

  @ALT-05
  Scenario: The end of an alert in DPS makes one note of its end
    Given alert notes are written by DPS
    And a prisoner
    When a DPS user raises an alert in DPS
    And a DPS user ends the alert in DPS
    Then DPS holds 1 system generated note of type "ALERT/INACTIVE"

  @ALT-05
  Scenario: The end of a DPS alert in NOMIS makes one note of its end
    Given alert notes are written by DPS
    And a prisoner
    When a DPS user raises an alert in DPS
    And an officer ends the alert in NOMIS
    Then DPS holds 1 system generated note of type "ALERT/INACTIVE"

  @ALT-01 @ALT-02
  Scenario: An alert raised and ended in NOMIS makes two notes in DPS and in NOMIS
    Given alert notes are written by DPS
    And a prisoner
    When an officer raises an alert in NOMIS
    And an officer ends the alert in NOMIS
    Then there are 2 alert notes on each side, born in DPS

  @MRG-13
  Scenario: A new booking raises no alert again
    Given alert notes are written by DPS
    And a prisoner
    When an officer raises an alert in NOMIS
    And NOMIS releases the prisoner
    And NOMIS admits the prisoner again on a new booking, copying the alerts
    Then both sides agree

  @ALT-10 @ALT-11
  Scenario: A note that is there does not hide one that is missing
    Given alert notes are written by DPS
    And a prisoner
    When a DPS user raises an alert in DPS
    And alert notes are written by nobody
    And a DPS user raises an alert in DPS
    Then the alert reconciliation reports the missing note

  @ALT-10
  Scenario: The note of one alert's end does not hide that the end of another has none
    Given alert notes are written by DPS
    And a prisoner
    When an officer raises an alert in NOMIS
    And an officer ends the alert in NOMIS
    And an officer raises an alert in NOMIS
    And alert notes are written by nobody
    And an officer ends the alert in NOMIS
    Then the alert reconciliation reports the missing note
