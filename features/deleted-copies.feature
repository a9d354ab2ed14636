@merges @deletions
Feature: A note deleted while NOMIS merges its prisoner leaves no copy behind
  NOMIS copies notes when it merges two prisoners, with or without events. A copy that
  outlives its note would keep what was deleted for legal reasons.

  @DEL-02 @DEL-03 @MRG-02 @MRG-03
  Scenario Outline: <user> deletes a note born in <born> and meanwhile a merge copies it, <kind>
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note called "one" about "Gone" written in <born>
    And a case note called "two" about "Gone" written in NOMIS
    When <user> deletes the note "one" in <side>
    And meanwhile NOMIS merges "Gone" into "Kept" with copies <kind>
    Then the note "one" is gone from both sides
    And "Kept" has 2 case notes in NOMIS
    And both sides agree

    Examples:
      | user             | side  | born  | kind              |
      | an administrator | DPS   | NOMIS | of the notes      |
      | an administrator | DPS   | DPS   | of the notes      |
      | an administrator | DPS   | NOMIS | that raise events |
      | an administrator | DPS   | DPS   | that raise events |

  @DEL-02 @DEL-03 @MRG-02 @MRG-03
  Scenario Outline: <user> deletes a note born in <born> that a merge has just copied, <kind>
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note called "one" about "Gone" written in <born>
    And a case note called "two" about "Gone" written in NOMIS
    When NOMIS merges "Gone" into "Kept" with copies <kind>
    And meanwhile <user> deletes the note "one" in <side>
    Then the note "one" is gone from both sides
    And "Kept" has 2 case notes in NOMIS
    And both sides agree

    Examples:
      | user             | side  | born  | kind              |
      | an administrator | DPS   | NOMIS | of the notes      |
      | an administrator | DPS   | DPS   | of the notes      |
      | an administrator | DPS   | NOMIS | that raise events |
      | an administrator | DPS   | DPS   | that raise events |
      | an officer       | NOMIS | NOMIS | of the notes      |
      | an officer       | NOMIS | DPS   | that raise events |

  @ORD-04 @MRG-02 @MRG-03
  Scenario Outline: A copy stays though DPS does not show its note yet, <kind>
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And DPS answers reads with the state of 2 seconds before
    When an officer writes a case note about "Gone" in NOMIS
    And meanwhile NOMIS merges "Gone" into "Kept" with copies <kind>
    Then "Kept" has 2 case notes in NOMIS
    And both sides agree

    Examples:
      | kind              |
      | of the notes      |
      | that raise events |

  @DEL-02 @DEL-03 @MRG-02
  Scenario: A merge copies a note whose deletion takes NOMIS two seconds
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note called "one" about "Gone" written in NOMIS
    And a case note called "two" about "Gone" written in NOMIS
    And the next NOMIS delete takes 2 seconds
    When an administrator deletes the note "one" in DPS
    And meanwhile NOMIS merges "Gone" into "Kept" with copies of the notes
    Then the note "one" is gone from both sides
    And "Kept" has 2 case notes in NOMIS
    And both sides agree

  @DEL-02 @DEL-03 @MRG-02
  Scenario: A note that a merge has just copied, and whose deletion takes DPS two seconds
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note called "one" about "Gone" written in NOMIS
    And a case note called "two" about "Gone" written in NOMIS
    And the next DPS delete takes 2 seconds
    When NOMIS merges "Gone" into "Kept" with copies of the notes
    And meanwhile an officer deletes the note "one" in NOMIS
    Then the note "one" is gone from both sides
    And "Kept" has 2 case notes in NOMIS
    And both sides agree

  @DEL-02 @DEL-03 @MRG-02 @MRG-03 @IDM-07
  Scenario Outline: A note is deleted in <side> while the mapping of its copy is being saved, <kind>
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note called "one" about "Gone" written in NOMIS
    And a case note called "two" about "Gone" written in NOMIS
    And the next <save> takes 2 seconds
    When NOMIS merges "Gone" into "Kept" with copies <kind>
    And meanwhile <user> deletes the note "one" in <side>
    Then the note "one" is gone from both sides
    And "Kept" has 2 case notes in NOMIS
    And both sides agree

    Examples:
      | side  | user             | save                   | kind              |
      | DPS   | an administrator | mapping save of copies | of the notes      |
      | DPS   | an administrator | mapping save           | that raise events |
      | NOMIS | an officer       | mapping save of copies | of the notes      |

  @DEL-02 @DEL-03 @MRG-03 @IDM-07
  Scenario Outline: The same, and the sync hears of the merge last, deleted in <side>
    Given a prisoner called "Gone"
    And a prisoner called "Kept"
    And a case note called "one" about "Gone" written in <born>
    And a case note called "two" about "Gone" written in NOMIS
    And the sync hears of merges 1 minute late
    And the next mapping save takes 2 seconds
    When NOMIS merges "Gone" into "Kept" with copies that raise events
    And meanwhile <user> deletes the note "one" in <side>
    Then the note "one" is gone from both sides
    And "Kept" has 2 case notes in NOMIS
    And both sides agree

    Examples:
      | side  | user             | born  |
      | DPS   | an administrator | NOMIS |
      | DPS   | an administrator | DPS   |
      | NOMIS | an officer       | NOMIS |
