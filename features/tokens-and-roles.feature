@tokens
Feature: Tokens that end and roles that are missing lose no change
  The sync signs on with a client for each service. A token may end at any moment, and
  someone may forget a role. Neither may lose a change or write one twice.

  Rule: a token that is refused is renewed

    @smoke @CFG-07
    Scenario Outline: Tokens that expire half way through a burst from <side>
      Given a case note written in <side>
      When <user> writes 20 case notes in <side>, and half way the sync's tokens expire
      Then the prisoner has 21 case notes in DPS
      And the prisoner has 21 case notes in NOMIS
      And 0 messages are in the dead-letter queue from <way>

      Examples:
        | side  | user       | way          |
        | DPS   | a DPS user | DPS to NOMIS |
        | NOMIS | an officer | NOMIS to DPS |

    @CFG-07
    Scenario Outline: A token that is revoked between two changes in <side>
      Given a case note written in <side>
      When the sign-on service revokes the sync's tokens
      And the note is <changed> in <side>
      Then both sides agree
      And 0 messages are in the dead-letter queue from <way>

      Examples:
        | side  | changed | way          |
        | DPS   | amended | DPS to NOMIS |
        | DPS   | deleted | DPS to NOMIS |
        | NOMIS | amended | NOMIS to DPS |
        | NOMIS | deleted | NOMIS to DPS |

    @CFG-07
    Scenario: A token revoked while two changes cross
      Given a case note written in DPS
      When an officer amends the note in NOMIS saying "From the wing."
      And meanwhile the sign-on service revokes the sync's tokens
      And meanwhile a DPS user amends the note in DPS saying "From the office."
      Then both sides hold the note with 2 amendments

    @CFG-07
    Scenario: The sign-on service changes its keys between two changes
      Given a case note written in DPS
      When the sign-on service changes its keys
      And a DPS user amends the note in DPS
      And an officer amends the note in NOMIS
      Then both sides hold the note with 2 amendments
      And 0 messages are in the dead-letter queue from DPS to NOMIS
      And 0 messages are in the dead-letter queue from NOMIS to DPS

    @CFG-07 @LOOP-01
    Scenario: A renewed token makes no change travel twice
      Given a case note written in DPS
      When the sign-on service revokes the sync's tokens
      And a DPS user amends the note in DPS
      Then both sides hold the note with 1 amendment
      And the sync wrote to NOMIS once
      And the sync never wrote to DPS

    @CFG-07 @needs-reconciliation
    Scenario: A reconciliation with tokens of before finds what is wrong
      Given a case note written in DPS
      And someone removed the NOMIS row behind the sync's back
      When the sign-on service revokes the sync's tokens
      And the reconciliation looks at the prisoner
      Then it reports a difference

    @CFG-07 @virtual-time
    Scenario: Tokens that end by themselves over weeks
      Given a prisoner
      When 1 week passes with changes on both sides daily
      Then nobody was disturbed
      And the comparison finds no difference

  Rule: without its role a half loses nothing

    @CFG-07
    Scenario Outline: The half from <side> without its role in <place> loses no change
      Given a case note written in <side>
      When the sync from <way> loses its role in <place>
      And the note is amended in <side>
      Then 1 message is in the dead-letter queue from <way>
      When the sync from <way> is given back its role in <place>
      And the dead letters from <way> come again
      Then both sides hold the note with 1 amendment
      And 0 messages are in the dead-letter queue from <way>

      Examples:
        | side  | way          | place               |
        | DPS   | DPS to NOMIS | NOMIS               |
        | DPS   | DPS to NOMIS | DPS                 |
        | DPS   | DPS to NOMIS | the mapping service |
        | NOMIS | NOMIS to DPS | NOMIS               |
        | NOMIS | NOMIS to DPS | DPS                 |
        | NOMIS | NOMIS to DPS | the mapping service |

    @CFG-07
    Scenario Outline: A note deleted in <side> while a role is missing is deleted in the end
      Given a case note written in <side>
      When the sync from <way> loses its role in <place>
      And the note is deleted in <side>
      Then 1 message is in the dead-letter queue from <way>
      When the sync from <way> is given back its role in <place>
      And the dead letters from <way> come again
      Then the note is gone from both sides

      Examples:
        | side  | way          | place |
        | DPS   | DPS to NOMIS | NOMIS |
        | NOMIS | NOMIS to DPS | DPS   |

    @CFG-07
    Scenario: The other half goes on while one lacks its role
      Given a prisoner
      When the sync from DPS to NOMIS loses its role in NOMIS
      And an officer writes a case note called "theirs" in NOMIS
      And a DPS user writes a case note called "ours" in DPS
      Then the prisoner has 2 case notes in DPS
      And the prisoner has 1 case note in NOMIS
      When the sync from DPS to NOMIS is given back its role in NOMIS
      And the dead letters from DPS to NOMIS come again
      Then both sides hold the note "theirs"
      And both sides hold the note "ours"

    @CFG-07 @needs-reconciliation
    Scenario: A reconciliation without its role does not call anybody clean
      Given a case note written in DPS
      When the sync from DPS to NOMIS loses its role in NOMIS
      And the reconciliation looks at the prisoner
      Then it reports that it could not check

    @REC-02 @REC-03 @CFG-07 @virtual-time @needs-reconciliation @needs-reconciliation-of-everyone
    Scenario: A report over everyone without its role calls nobody clean
      Given a case note written in DPS
      When the sync from DPS to NOMIS loses its role in NOMIS
      And the reconciliation looks at everyone
      Then it reports that it could not check

  Rule: while nobody can sign on the changes wait

    @CFG-07 @RET-07
    Scenario Outline: A sign-on service that fails for a while delays <side> and loses nothing
      Given a case note written in <side>
      When the sign-on service revokes the sync's tokens
      Given the sign-on service fails 2 times
      When the note is amended in <side>
      Then both sides hold the note with 1 amendment

      Examples:
        | side  |
        | DPS   |
        | NOMIS |

    @CFG-07 @RET-07
    Scenario: A sign-on service that is down for hours in the middle of work
      Given a case note written in DPS
      When the sign-on service goes down for the sync
      And the sign-on service revokes the sync's tokens
      And a DPS user amends the note in DPS
      Then 1 message is in the dead-letter queue from DPS to NOMIS
      When the sign-on service comes up again
      And the dead letters from DPS to NOMIS come again
      Then both sides hold the note with 1 amendment

    @CFG-07 @needs-kill
    Scenario Outline: A half that starts while nobody can sign on begins its work later
      Given a case note written in <side>
      And the sign-on service fails 2 times
      When the sync from <way> is restarted
      And the note is amended in <side>
      Then both sides hold the note with 1 amendment

      Examples:
        | side  | way          |
        | DPS   | DPS to NOMIS |
        | NOMIS | NOMIS to DPS |
