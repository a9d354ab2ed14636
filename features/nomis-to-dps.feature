@nomis-to-dps
Feature: A case note written in NOMIS reaches DPS
  Prisons that still use the NOMIS screens must lose nothing: what an officer enters
  there is in DPS, once, under the same author.

  @smoke
  Scenario: A note written in NOMIS appears in DPS once
    Given a prisoner
    When an officer writes a case note in NOMIS
    Then both sides hold the note
    And the sync wrote to DPS once

  @DUP-11
  Scenario: Two equal notes entered in NOMIS are two notes in DPS
    Given a prisoner
    When an officer writes a case note in NOMIS saying "Seen on the landing."
    And an officer writes a case note in NOMIS saying "Seen on the landing."
    Then the prisoner has 2 case notes in DPS
    And the prisoner has 2 case notes in NOMIS

  Scenario: The automatic note of a transfer reaches DPS as system generated
    Given a prisoner in "Redmarsh"
    And a prison "Thornhill"
    When NOMIS transfers the prisoner to "Thornhill"
    Then DPS holds 1 system generated note of type "TRANSFER/FROMTOL"

  Scenario: The automatic note of a release reaches DPS
    Given a prisoner
    When NOMIS releases the prisoner
    Then DPS holds 1 system generated note of type "PRISON/RELEASE"

  @MRG-14
  Scenario: A note on the booking before the present one is synced too
    Given a case note written in NOMIS
    When NOMIS releases the prisoner
    And NOMIS admits the prisoner again on a new booking
    And an officer amends the note in NOMIS
    Then both sides hold the note with 1 amendment

  @DAT-10
  Scenario: A note of last week keeps both its times
    Given a prisoner
    When an officer writes a case note in NOMIS about what happened 7 days ago
    Then both sides hold the note
    And both sides show when it happened and when it was written

  @TXT-22
  Scenario: An author without a first name does not stop the note
    Given a prisoner
    And an officer who has no first name
    When the officer writes a case note in NOMIS
    Then both sides hold the note

  @TXT-16
  Scenario: Notes and amendments of two officers keep their own authors
    Given a case note called "first" written in NOMIS
    When another officer writes a case note in NOMIS
    And an officer amends the note "first" in NOMIS
    Then both sides hold the note
    And both sides agree

  @IDM-14
  Scenario: The mapping of a NOMIS note says where the note was born
    Given a prisoner
    When an officer writes a case note in NOMIS
    Then the mapping joins the two copies under the prisoner's number

  Scenario: Notes written in two prisons show their own prison in DPS
    Given a prison "Thornhill"
    And a prison "Redmarsh"
    And a prisoner called "North" in "Thornhill"
    And a prisoner called "South" in "Redmarsh"
    When an officer writes a case note about "North" in NOMIS
    And an officer writes a case note about "South" in NOMIS
    Then both sides hold the note
    And both sides agree
