@rollback
Feature: Every switch can be flipped at any time without disruption
  ADR 003: DPS can move to the new service, and the NOMIS screens be switched off, each
  on its own, prison by prison, and back again. No change is lost and no user notices.

  Rule: switches of the users' systems

    Scenario: With both on, each side's notes reach the other
      Given a prisoner
      When an officer writes a case note in NOMIS
      And a DPS user writes a case note in DPS
      Then the prisoner has 2 case notes in NOMIS
      And the prisoner has 2 case notes in DPS

    Scenario: NOMIS screens off and DPS on
      Given a prisoner
      And the NOMIS screens are switched off
      When an officer tries to write a case note in NOMIS
      Then the user is told that the NOMIS screen is switched off
      When a DPS user writes a case note in DPS
      Then both sides hold the note

    @TOG-08
    Scenario: DPS service off and NOMIS on, DPS users write by the legacy path
      Given a prisoner
      And the DPS service is switched off
      When a DPS user writes a case note in DPS
      Then the note was written in NOMIS and is in DPS once
      When an officer writes a case note in NOMIS
      Then both sides hold the note

    Scenario: Both off refuses with a clear message and changes nothing
      Given a prisoner
      And the NOMIS screens are switched off
      And the DPS service is switched off
      When an officer tries to write a case note in NOMIS
      And a DPS user tries to write a case note in DPS
      Then each user is told clearly that the system is switched off
      When the DPS service is switched on
      And a DPS user writes a case note in DPS
      Then the prisoner has 1 case note in NOMIS

    Scenario: NOMIS screens off, then on again after changes in DPS
      Given a case note written in NOMIS
      And the NOMIS screens are switched off
      When a DPS user amends the note in DPS
      And the NOMIS screens are switched on
      And an officer amends the note in NOMIS
      Then both sides hold the note with 2 amendments

    Scenario: The DPS service rolled back in the middle of work
      Given a case note written in DPS
      When a DPS user writes 5 case notes in DPS
      And meanwhile the DPS service is switched off
      And a DPS user amends the note in DPS
      And the DPS service is switched on
      And a DPS user writes 5 case notes in DPS
      Then the prisoner has 11 case notes in NOMIS
      And the prisoner has 11 case notes in DPS

    @TOG-07
    Scenario: Every user's list shows each note once, before and after a switch
      Given a case note written in DPS
      And a case note written in NOMIS
      Then every user's list shows each note once
      When the DPS service is switched off
      Then every user's list shows each note once
      When the DPS service is switched on
      Then every user's list shows each note once

  Rule: switches of the sync itself

    @TOG-03 @needs-parking @TOG-01
    Scenario: The DPS to NOMIS direction off and on again loses nothing
      Given a prisoner
      And the sync from DPS to NOMIS is switched off
      When a DPS user writes 3 case notes in DPS
      Then the prisoner has 0 case notes in NOMIS
      When the sync from DPS to NOMIS is switched on
      Then the prisoner has 3 case notes in NOMIS

    @TOG-01 @needs-parking
    Scenario: With created events from DPS off no note goes to NOMIS until they are on
      Given a prisoner
      And "created" events from DPS are switched off
      When a DPS user writes 2 case notes in DPS
      Then the prisoner has 0 case notes in NOMIS
      When "created" events from DPS are switched on
      Then the prisoner has 2 case notes in NOMIS

    @TOG-03 @needs-parking
    Scenario: The NOMIS to DPS direction off and on again loses nothing
      Given a prisoner
      And the sync from NOMIS to DPS is switched off
      When an officer writes 3 case notes in NOMIS
      Then the prisoner has 0 case notes in DPS
      When the sync from NOMIS to DPS is switched on
      Then the prisoner has 3 case notes in DPS

    @TOG-03 @needs-parking
    Scenario: A direction switched off in the middle of a burst and on again
      Given a prisoner
      When a DPS user writes 5 case notes in DPS
      And the sync from DPS to NOMIS is switched off
      And a DPS user writes 5 case notes in DPS
      And the sync from DPS to NOMIS is switched on
      Then the prisoner has 10 case notes in NOMIS

    @TOG-01 @needs-parking
    Scenario Outline: One kind of event off and on again loses nothing
      Given a case note written in DPS
      And a case note called "theirs" written in NOMIS
      And "<kind>" events from <side> are switched off
      When the note is <changed> in <side>
      And "<kind>" events from <side> are switched on
      Then both sides agree

      Examples:
        | kind    | side  | changed |
        | created | DPS   | written |
        | updated | DPS   | amended |
        | deleted | DPS   | deleted |
        | created | NOMIS | written |
        | updated | NOMIS | amended |
        | deleted | NOMIS | deleted |

    @TOG-04 @needs-parking
    Scenario: Amendments made in DPS while its updates are parked are not overwritten
      Given a case note written in DPS
      And "updated" events from DPS are switched off
      When a DPS user amends the note in DPS saying "Written while parked."
      And an officer edits the note in NOMIS to say "Corrected meanwhile."
      And "updated" events from DPS are switched on
      Then both sides show the text "Corrected meanwhile."
      And both sides hold the note with 1 amendment

    @TOG-11 @needs-kill @RET-02
    Scenario: Changes made while the sync is down arrive when it is up again
      Given a case note written in NOMIS
      When the sync from NOMIS to DPS is stopped
      And an officer edits the note in NOMIS to say "First."
      And an officer edits the note in NOMIS to say "Second."
      And the sync from NOMIS to DPS is started
      Then both sides show the text "Second."
