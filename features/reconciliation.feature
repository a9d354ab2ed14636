@reconciliation @needs-reconciliation
Feature: The sync's own reconciliation tells the truth
  Before one-way, people rely on its report. It must find what is wrong, repair only
  what is safe, and never call clean what it did not check.

  Scenario: A healthy prisoner is reported clean
    Given a case note written in DPS
    And a case note written in NOMIS
    When the reconciliation looks at the prisoner
    Then it reports the prisoner clean

  @REC-11
  Scenario: A text that differs is reported
    Given a case note written in DPS
    And someone changed the NOMIS text behind the sync's back
    When the reconciliation looks at the prisoner
    Then it reports a difference

  @REC-04
  Scenario: A note missing in NOMIS is reported
    Given a case note written in DPS
    And someone removed the NOMIS row behind the sync's back
    When the reconciliation looks at the prisoner
    Then it reports a difference

  @REC-04
  Scenario: A note missing in DPS is reported
    Given a case note written in NOMIS
    And someone removed the DPS note behind the sync's back
    When the reconciliation looks at the prisoner
    Then it reports a difference

  @REC-11
  Scenario: A text that was changed in DPS alone is reported
    Given a case note written in NOMIS
    And someone changed the DPS text behind the sync's back
    When the reconciliation looks at the prisoner
    Then it reports a difference

  @REC-04
  Scenario: A note that both sides hold without a mapping is reported
    Given a case note written in DPS
    And someone removed the mapping behind the sync's back
    When the reconciliation looks at the prisoner
    Then it reports a difference

  @REC-11
  Scenario: A note that is in NOMIS alone is reported
    Given a case note written in DPS
    And someone added a NOMIS row behind the sync's back
    When the reconciliation looks at the prisoner
    Then it reports a difference

  @CFG-07
  Scenario: A prisoner that could not be read is not reported clean
    Given a case note written in DPS
    And NOMIS fails 30 times
    When the reconciliation looks at the prisoner
    Then it reports that it could not check
