@loop-prevention
Feature: No change travels in circles
  NOMIS raises an event for every row that changes, also when the sync changed it. One
  change by a user may cause one write to each other copy, and then there is quiet.

  Rule: what came from DPS ends in NOMIS

    @smoke @LOOP-01
    Scenario: A note written in DPS is not sent back to DPS
      Given a prisoner
      When a DPS user writes a case note in DPS
      Then the sync wrote to NOMIS once
      And the sync never wrote to DPS

    @LOOP-01
    Scenario: An amendment made in DPS is not sent back to DPS
      Given a case note written in DPS
      When a DPS user amends the note in DPS
      Then the sync wrote to NOMIS once
      And the sync never wrote to DPS

    @LOOP-09
    Scenario: The echo of a deletion made in DPS deletes nothing twice
      Given a case note written in DPS
      When an administrator deletes the note in DPS
      Then the note is gone from both sides
      And the sync deleted in NOMIS once

    @LOOP-04
    Scenario: A DPS note whose NOMIS row lost its audit module is not a second note
      Given a prisoner
      And NOMIS leaves the audit module empty on the sync's writes
      When a DPS user writes a case note in DPS
      Then both sides hold the note
      And the prisoner has 1 case note in DPS

    @LOOP-04 @LOOP-06
    Scenario: The same, with the NOMIS event handled before the mapping is saved
      Given a prisoner
      And NOMIS leaves the audit module empty on the sync's writes
      And the next mapping save takes 1 second
      When a DPS user writes a case note in DPS
      Then both sides hold the note
      And the prisoner has 1 case note in DPS

    @LOOP-07
    Scenario: A variant of the sync's own audit module is still the sync's own
      Given a prisoner
      And NOMIS writes the audit module "DPS_SYNCHRONISATION_CASENOTES" on the sync's writes
      When a DPS user writes a case note in DPS
      Then the sync never wrote to DPS
      And both sides hold the note

  Rule: what came from NOMIS ends in DPS

    @LOOP-10
    Scenario: A note written in NOMIS is not sent back to NOMIS
      Given a prisoner
      When an officer writes a case note in NOMIS
      Then the sync wrote to DPS once
      And the sync never wrote to NOMIS

    @LOOP-10
    Scenario: A deletion made in NOMIS is not sent back to NOMIS
      Given a case note written in NOMIS
      When an officer deletes the note in NOMIS
      Then the note is gone from both sides
      And the sync never deleted in NOMIS

    Scenario: An amendment made in NOMIS is written to DPS once
      Given a case note written in NOMIS
      When an officer amends the note in NOMIS
      Then the sync wrote to DPS once
      And the sync never wrote to NOMIS

  Rule: a genuine change is never taken for an echo

    @LOOP-03
    Scenario: An officer's edit of a note born in DPS does travel
      Given a case note written in DPS
      When an officer edits the note in NOMIS to say "Corrected on the wing."
      Then both sides show the text "Corrected on the wing."
      And the sync wrote to DPS once

    @LOOP-05
    Scenario Outline: An officer's note travels whatever the screen calls itself
      Given a prisoner
      When an officer writes a case note in NOMIS through the module "<module>"
      Then both sides hold the note

      Examples:
        | module     |
        | OIDNOMIS   |
        | OCDALERT   |
        | PRISON_API |
        | UNKNOWN    |

    @LOOP-05
    Scenario: An officer's note without any audit module travels
      Given a prisoner
      When an officer writes a case note in NOMIS through no module
      Then both sides hold the note

    @ORD-06 @ORD-07
    Scenario: An officer's edit hidden under a later write of the sync is not lost
      Given a case note written in DPS
      When an officer amends the note in NOMIS saying "Under the sync's write."
      And meanwhile a DPS user amends the note in DPS saying "On top of it."
      Then both sides hold the note with 2 amendments

  Rule: the two directions come to rest

    @LOOP-13
    Scenario: The same DPS event again and again writes nothing more
      Given a case note written in DPS
      When its last event is delivered 5 more times
      Then the sync never wrote to NOMIS
      And both sides hold the note

    @LOOP-08 @ALT-01
    Scenario: The note of an alert, written by DPS, goes to NOMIS and no further
      Given alert notes are written by DPS
      And a prisoner
      When a DPS user raises an alert in DPS
      Then the sync wrote to NOMIS once
      And the sync never wrote to DPS
      And there is 1 alert note on each side, born in DPS

    @LOOP-08 @ALT-12
    Scenario: The note of an alert, written by the NOMIS trigger, goes to DPS and no further
      Given alert notes are written by NOMIS
      And a prisoner
      When an officer raises an alert in NOMIS
      Then the sync wrote to DPS once
      And the sync never wrote to NOMIS
      And there is 1 alert note on each side, born in NOMIS

    @LOOP-14
    Scenario: Text that each side stores in its own way comes to rest
      Given a prisoner
      When a DPS user writes a case note in DPS with the text:
        """
        First line, with a trailing blank 
        second line — naïve café 😀  
        """
      And an officer amends the note in NOMIS
      Then both sides hold the note with 1 amendment
