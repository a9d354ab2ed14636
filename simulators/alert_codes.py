"""Alert types and codes, as NOMIS and the DPS alerts service both have them at first.

Reference data, not behaviour: each fake copies it into tables of its own, which then
change through its own API. Types and codes are the estate's; descriptions are invented
where the dossier gives none. `FORMER_DESCRIPTIONS` are those replaced in November 2024:
alert notes written before carry them (events-and-config 7.1).
"""

from __future__ import annotations

ALERT_TYPES: tuple[tuple[str, str], ...] = (
    ("A", "Social Care"),
    ("C", "Child Communication Measures"),
    ("D", "Organised Crime"),
    ("E", "Education"),
    ("F", "Risk to Known Adults"),
    ("H", "Self Harm"),
    ("L", "Care Experience"),
    ("M", "Medical"),
    ("O", "Other"),
    ("P", "MAPPP Case"),
    ("R", "Risk"),
    ("S", "Sexual Offence"),
    ("T", "Hold Against Transfer"),
    ("V", "Vulnerability"),
    ("X", "Security"),
)

# Code, its type, its description; the position in the list is its list sequence.
ALERT_CODES: tuple[tuple[str, str, str], ...] = (
    ("AAR", "A", "Adult At Risk"),
    ("AS", "A", "Social Care"),
    ("CC1", "C", "Contact Level One"),
    ("CC2", "C", "Contact Level Two"),
    ("CC3", "C", "Contact Level Three"),
    ("CPC", "C", "Child Contact Review"),
    ("DOCGM", "D", "Group Nominal"),
    ("EDU", "E", "Learning Support"),
    ("RKA", "F", "Risk To Known Adult"),
    ("HA", "H", "ACCT Open"),
    ("HA1", "H", "ACCT Post Closure"),
    ("HA2", "H", "ACCT Closed"),
    ("HS", "H", "Self Harm Historic"),
    ("LCE", "L", "Care Leaver"),
    ("LFC21", "L", "Former Care Leaver"),
    ("MAS", "M", "Asthmatic"),
    ("MEP", "M", "Epileptic"),
    ("MSP", "M", "Special Diet"),
    ("OHCO", "O", "Home Office Interest"),
    ("OIOM", "O", "Integrated Offender Management"),
    ("ONCR", "O", "No Contact Request"),
    ("PEEP", "O", "Evacuation Plan"),
    ("P1", "P", "MAPPA Level One"),
    ("P2", "P", "MAPPA Level Two"),
    ("P3", "P", "MAPPA Level Three"),
    ("RCDR", "R", "Quarantined"),
    ("RCON", "R", "Conflict With Others"),
    ("RCS", "R", "Cell Share Risk"),
    ("RSS", "R", "Risk To Staff"),
    ("RTP", "R", "Risk To Prisoners"),
    ("SOR", "S", "Register Entry"),
    ("SR", "S", "On Programme"),
    ("TAH", "T", "Appeal Hold"),
    ("TM", "T", "Medical Hold"),
    ("TSE", "T", "Security Hold"),
    ("V45", "V", "Vulnerable Unit"),
    ("VI", "V", "Victim"),
    ("VIP", "V", "Isolated Prisoner"),
    ("VU", "V", "Vulnerable"),
    ("XA", "X", "Arsonist"),
    ("XC", "X", "Contraband"),
    ("XCU", "X", "Controlled Unlock"),
    ("XEL", "X", "Escape List"),
    ("XER", "X", "Escape Risk"),
    ("XHT", "X", "Hostage Taker"),
    ("XR", "X", "Racist"),
    ("XTACT", "X", "Terrorism Act"),
)

FORMER_DESCRIPTIONS = {"CPC": "PPRC", "ONCR": "No-contact request"}
