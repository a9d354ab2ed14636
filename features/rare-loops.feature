@loop-prevention
Feature: No change travels in circles, also in rare order
  What the first feature of this name promises, with events handled before the mapping
  is saved, with foreign modules and with deletions half done.

  @LOOP-01 @LOOP-02 @LOOP-06 @DAT-04
  Scenario: The NOMIS event of a DPS note comes before its mapping is saved
    Given a prisoner
    And the next mapping save takes 2 seconds
    When a DPS user writes a case note in DPS
    Then the sync wrote to NOMIS once
    And the sync never wrote to DPS
    And the prisoner has 1 case note in DPS

  @LOOP-07
  Scenario: A variant of the sync's module, before the mapping is saved
    Given a prisoner
    And NOMIS writes the audit module "DPS_SYNCHRONISATION_CASENOTES" on the sync's writes
    And the next mapping save takes 2 seconds
    When a DPS user writes a case note in DPS
    Then the sync never wrote to DPS
    And both sides hold the note

  @LOOP-04 @TOG-06 @LOOP-06
  Scenario: A row without audit module and a second note, before the mapping is saved
    Given a prisoner
    And NOMIS leaves the audit module empty on the sync's writes
    And the next mapping save takes 2 seconds
    When a DPS user writes a case note in DPS
    And an officer writes a case note in NOMIS
    Then the prisoner has 2 case notes in DPS
    And both sides agree

  @LOOP-08 @ALT-12
  Scenario Outline: A note that another domain's sync caused in NOMIS does travel
    Given a prisoner
    When an officer writes a case note in NOMIS through the module "<module>"
    Then both sides hold the note

    Examples:
      | module                     |
      | DPS_SYNCHRONISATION_ALERTS |
      | DPS_SYNCHRONISATION_VISITS |

  @LOOP-03 @LOOP-05 @TOG-06
  Scenario: An officer's note on which the sync's module was left behind does travel
    Given a prisoner
    When an officer writes a case note in NOMIS through the module "DPS_SYNCHRONISATION"
    Then both sides hold the note
    And the prisoner has 1 case note in DPS

  @MRG-02 @TXT-13
  Scenario: A change in DPS of a note with copies goes to each copy once and no further
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in NOMIS
    When NOMIS merges "Gone" into "Kept" with copies of the notes
    Then the sync never wrote to NOMIS
    When a DPS user amends the note in DPS
    Then the sync wrote to NOMIS 2 times
    And the sync never wrote to DPS

  @TXT-14 @MRG-02
  Scenario: A change of one copy in NOMIS goes to DPS and to its sibling, once each
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note about "Gone" written in NOMIS
    When NOMIS merges "Gone" into "Kept" with copies of the notes
    And an officer edits the note in NOMIS to say "Corrected."
    Then every copy shows the text "Corrected."
    When an officer amends the note in NOMIS
    Then the sync wrote to DPS once
    And the sync wrote to NOMIS once

  @LOOP-10
  Scenario: A deletion made in NOMIS, repeated in DPS, is not pushed back to NOMIS
    Given a case note written in NOMIS
    And the answer to the next DPS delete is lost
    When an officer deletes the note in NOMIS
    Then the sync never deleted in NOMIS
    And the note is gone from both sides

  @LOOP-10 @LOOP-01
  Scenario: A deletion made in NOMIS whose mapping outlives it is not pushed back
    Given a case note written in NOMIS
    And the next mapping delete takes 2 seconds
    When an officer deletes the note in NOMIS
    Then the sync never deleted in NOMIS
    And the note is gone from both sides

  @LOOP-14
  Scenario: A text with blanks at both ends is the same text on both sides
    Given a prisoner
    When a DPS user writes a case note in DPS saying "  indented, and open at the end  "
    And a DPS user amends the note in DPS
    Then both sides hold the note with 1 amendment

  @LOOP-12
  Scenario: An event about a row that did not change writes nothing to DPS
    Given a case note written in NOMIS
    When its last event is delivered 2 more times
    Then the sync never wrote to DPS
    And both sides hold the note

  @LOOP-01
  Scenario: The DPS event of a NOMIS note comes before its mapping is saved
    Given a prisoner
    And the next mapping save takes 2 seconds
    When an officer writes a case note in NOMIS
    Then the sync wrote to DPS once
    And the sync never wrote to NOMIS
    And the prisoner has 1 case note in NOMIS

  @LOOP-04 @DEL-08
  Scenario: A DPS note whose row lost its audit module is deleted as NOMIS makes the row
    Given a prisoner called "One"
    And NOMIS leaves the audit module empty on the sync's writes
    And the next mapping save takes 1 second
    When a DPS user writes a case note about "One" in DPS, and it is deleted in DPS while the sync writes it
    And a DPS user writes a case note in DPS
    Then the prisoner has 1 case note in NOMIS
    And the prisoner has 1 case note in DPS
