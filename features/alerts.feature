@alerts
Feature: An alert makes exactly the case notes its prison is set up for
  When an alert is raised or ended a case note says so. Until DPS takes over, a NOMIS
  trigger writes it; where the prison switch is on, DPS writes it. Whoever writes it,
  it is on both sides once for each change of the alert.

  Rule: the NOMIS trigger writes the note

    @smoke
    Scenario: An alert raised in NOMIS gives one note on each side, born in NOMIS
      Given alert notes are written by NOMIS
      And a prisoner
      When an officer raises an alert in NOMIS
      Then there is 1 alert note on each side, born in NOMIS

    @ALT-12
    Scenario: An alert raised in DPS gives one note on each side, born in NOMIS
      Given alert notes are written by NOMIS
      And a prisoner
      When a DPS user raises an alert in DPS
      Then there is 1 alert note on each side, born in NOMIS

    @ALT-12
    Scenario: The same when the trigger's row carries the sync's audit module
      Given alert notes are written by NOMIS
      And the alert trigger writes under the module of its session
      And a prisoner
      When a DPS user raises an alert in DPS
      Then there is 1 alert note on each side, born in NOMIS

    Scenario: The same when the trigger's row carries no audit module
      Given alert notes are written by NOMIS
      And the alert trigger writes under no module
      And a prisoner
      When an officer raises an alert in NOMIS
      Then there is 1 alert note on each side, born in NOMIS

    Scenario: Ending the alert in NOMIS adds a second note on each side
      Given alert notes are written by NOMIS
      And a prisoner
      When an officer raises an alert in NOMIS
      And an officer ends the alert in NOMIS
      Then there are 2 alert notes on each side, born in NOMIS

    @MRG-01
    Scenario: The note of an alert follows its prisoner through a merge
      Given alert notes are written by NOMIS
      And a prisoner called "Gone"
      And a prisoner called "Kept"
      When an officer raises an alert for "Gone" in NOMIS
      And NOMIS merges "Gone" into "Kept"
      Then there is 1 alert note on each side, born in NOMIS

  Rule: DPS writes the note where the prison switch is on

    @ALT-01
    Scenario: An alert raised in DPS gives one note on each side, born in DPS
      Given alert notes are written by DPS
      And a prisoner
      When a DPS user raises an alert in DPS
      Then there is 1 alert note on each side, born in DPS

    @ALT-02
    Scenario: An alert raised in NOMIS gives one note on each side, born in DPS
      Given alert notes are written by DPS
      And a prisoner
      When an officer raises an alert in NOMIS
      Then there is 1 alert note on each side, born in DPS

    Scenario: Ending the alert in DPS adds a second note on each side
      Given alert notes are written by DPS
      And a prisoner
      When a DPS user raises an alert in DPS
      And a DPS user ends the alert in DPS
      Then there are 2 alert notes on each side, born in DPS

    @ALT-03
    Scenario: An alert that is born ended gives only the note of its end
      Given alert notes are written by DPS
      And a prisoner
      When a DPS user raises an alert in DPS that has already ended
      Then DPS holds 1 system generated note of type "ALERT/INACTIVE"
      And there is no alert note of type "ALERT/ACTIVE" on either side

  Rule: the writer may change hands at any moment

    @ALT-12 @TOG-07
    Scenario Outline: Between an alert raised in DPS and its note <writer> hands over to <next>
      Given alert notes are written by <writer>
      And a prisoner
      When a DPS user raises an alert in DPS
      And meanwhile alert notes are written by <next>
      Then there is 1 alert note on each side

      Examples:
        | writer | next  |
        | NOMIS  | DPS   |
        | DPS    | NOMIS |

    @ALT-02 @ALT-05
    Scenario: An alert that is ended on both sides at once has one note of its end
      Given alert notes are written by DPS
      And a prisoner
      When a DPS user raises an alert in DPS
      And an officer ends the alert in NOMIS
      And meanwhile a DPS user ends the alert in DPS
      Then there are 2 alert notes on each side, born in DPS

    @ALT-06 @ALT-01
    Scenario: Alerts of many prisoners raised at once have their notes, one each
      Given alert notes are written by DPS
      And a prisoner called "First"
      And a prisoner called "Second"
      And a prisoner called "Third"
      When a DPS user raises an alert for "First" in DPS
      And meanwhile a DPS user raises an alert for "Second" in DPS
      And meanwhile an officer raises an alert for "Third" in NOMIS
      And meanwhile a DPS user raises an alert for "First" in DPS
      Then there are 4 alert notes on each side, born in DPS

    @ALT-09
    Scenario: A code that is renamed hides no note and makes none
      Given alert notes are written by DPS
      And a prisoner
      When a DPS user raises an alert in DPS
      And the description of the alert's code is changed
      And a DPS user ends the alert in DPS
      Then there are 2 alert notes on each side, born in DPS

  Rule: both writers on, or none, is a mistake of configuration

    @ALT-11
    Scenario: Both writers on is reported as a mistake of configuration
      Given alert notes are written by both
      And a prisoner
      When a DPS user raises an alert in DPS
      Then there are 2 alert notes on each side
      And the oracle blames configuration for duplicate alert notes

    @ALT-11
    Scenario: With no writer there is no note, and the alert reconciliation says so
      Given alert notes are written by nobody
      And a prisoner
      When a DPS user raises an alert in DPS
      Then there is no alert note on either side
      And a later note by the same route does arrive in NOMIS
      And the alert reconciliation reports the missing note

    @ALT-11 @TOG-07
    Scenario: A writer that changes hands after the alert and before its note, from NOMIS
      Given alert notes are written by NOMIS
      And a prisoner
      When an officer raises an alert in NOMIS
      And meanwhile alert notes are written by DPS
      Then there are 2 alert notes on each side
      And the oracle blames configuration for duplicate alert notes

    @ALT-11
    Scenario: A writer that changes hands after the alert and before its note, from DPS
      Given alert notes are written by DPS
      And a prisoner
      When an officer raises an alert in NOMIS
      And meanwhile alert notes are written by NOMIS
      Then there is no alert note on either side
      And a later note by the same route does arrive in NOMIS
      And the oracle blames configuration for lost alert notes

    @ALT-11
    Scenario: A prison that is not switched on gets no note from DPS
      Given alert notes are written by NOMIS
      And a prisoner
      When a DPS user raises an alert in DPS
      Then there is no alert note born in DPS
      And a later note by the same route does arrive in NOMIS

    @ALT-04
    Scenario: An alert event delivered twice makes a second note, a known limit of DPS
      Given alert notes are written by DPS
      And a prisoner
      And the next alert event is delivered to DPS twice
      When a DPS user raises an alert in DPS
      Then the duplicate is shown as a limit of DPS, not as a failure of the sync
