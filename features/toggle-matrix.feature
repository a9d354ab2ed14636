@rollback @toggle-matrix
Feature: The toggle matrix
  ADR 003: both sets of switches can be toggled on and off at any time without service
  disruption. Every switch, before, during and after a burst of changes on both sides,
  off for good and off and on again. What happens meanwhile to each message is stated:
  the reference parks it and replays it; a build parks it, or drops it and is backfilled,
  as it is declared. One whose switches are read as it starts plays a pairwise subset.

  Scenario Outline: Nobody is disturbed when <switch> goes <way> <moment> a burst
    Given alert notes are written by NOMIS
    And a prisoner
    And a case note called "ours" written in DPS
    And a case note called "theirs" written in NOMIS
    And a case note called "doomed" written in NOMIS
    When <switch> is switched <way> <moment> a burst of changes
    Then nobody was disturbed

    Examples: switches of the users' systems
      | switch                                 | way              | moment |
      | the NOMIS screens                      | off              | before |
      | the NOMIS screens                      | off and on again | before |
      | the NOMIS screens                      | off              | during |
      | the NOMIS screens                      | off and on again | during |
      | the NOMIS screens                      | off              | after  |
      | the NOMIS screens                      | off and on again | after  |
      | the DPS service                        | off              | before |
      | the DPS service                        | off and on again | before |
      | the DPS service                        | off              | during |
      | the DPS service                        | off and on again | during |
      | the DPS service                        | off              | after  |
      | the DPS service                        | off and on again | after  |
      | the alert-note writer                  | off              | before |
      | the alert-note writer                  | off and on again | before |
      | the alert-note writer                  | off              | during |
      | the alert-note writer                  | off and on again | during |
      | the alert-note writer                  | off              | after  |
      | the alert-note writer                  | off and on again | after  |

    @needs-catch-up @pairwise
    Examples: switches of the sync
      | switch                                 | way              | moment |
      | the sync from DPS to NOMIS             | off              | before |
      | the sync from DPS to NOMIS             | off and on again | before |
      | the sync from DPS to NOMIS             | off              | during |
      | the sync from DPS to NOMIS             | off and on again | during |
      | the sync from DPS to NOMIS             | off              | after  |
      | the sync from DPS to NOMIS             | off and on again | after  |
      | the sync from NOMIS to DPS             | off              | before |
      | the sync from NOMIS to DPS             | off and on again | before |
      | the sync from NOMIS to DPS             | off              | during |
      | the sync from NOMIS to DPS             | off and on again | during |
      | the sync from NOMIS to DPS             | off              | after  |
      | the sync from NOMIS to DPS             | off and on again | after  |
      | the sync of created events from DPS    | off              | before |
      | the sync of created events from DPS    | off and on again | before |
      | the sync of created events from DPS    | off              | during |
      | the sync of created events from DPS    | off and on again | during |
      | the sync of created events from DPS    | off              | after  |
      | the sync of created events from DPS    | off and on again | after  |
      | the sync of updated events from DPS    | off              | before |
      | the sync of updated events from DPS    | off and on again | before |
      | the sync of updated events from DPS    | off              | during |
      | the sync of updated events from DPS    | off and on again | during |
      | the sync of updated events from DPS    | off              | after  |
      | the sync of updated events from DPS    | off and on again | after  |
      | the sync of deleted events from DPS    | off              | before |
      | the sync of deleted events from DPS    | off and on again | before |
      | the sync of deleted events from DPS    | off              | during |
      | the sync of deleted events from DPS    | off and on again | during |
      | the sync of deleted events from DPS    | off              | after  |
      | the sync of deleted events from DPS    | off and on again | after  |
      | the sync of created events from NOMIS  | off              | before |
      | the sync of created events from NOMIS  | off and on again | before |
      | the sync of created events from NOMIS  | off              | during |
      | the sync of created events from NOMIS  | off and on again | during |
      | the sync of created events from NOMIS  | off              | after  |
      | the sync of created events from NOMIS  | off and on again | after  |
      | the sync of updated events from NOMIS  | off              | before |
      | the sync of updated events from NOMIS  | off and on again | before |
      | the sync of updated events from NOMIS  | off              | during |
      | the sync of updated events from NOMIS  | off and on again | during |
      | the sync of updated events from NOMIS  | off              | after  |
      | the sync of updated events from NOMIS  | off and on again | after  |
      | the sync of deleted events from NOMIS  | off              | before |
      | the sync of deleted events from NOMIS  | off and on again | before |
      | the sync of deleted events from NOMIS  | off              | during |
      | the sync of deleted events from NOMIS  | off and on again | during |
      | the sync of deleted events from NOMIS  | off              | after  |
      | the sync of deleted events from NOMIS  | off and on again | after  |
