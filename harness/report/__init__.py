"""The report people open: one HTML file a run, made from what the run left behind.

    run.json           what was asked, and what it came to
    scenarios.ndjson   one record a scenario
    journal.ndjson     the journal of the scenarios that did not pass

`harness.report.folder.write` makes `report.html` from these three and nothing else, so
that it can be made anew at any time.
"""
