"""Checks say where a message breaks its contract, and why."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from contracts import Contract, Problem
from contracts.problems import KINDS

DOCUMENT = yaml.safe_load("""
paths:
  /notes/{noteId}:
    parameters:
      - {$ref: "#/components/parameters/NoteId"}
    put:
      operationId: replace
      x-roles: []
      x-user-action: edit
      x-writes: true
      parameters:
        - {name: page, in: query, schema: {type: integer, minimum: 0}}
        - {name: deleted, in: query, schema: {type: [boolean, "null"]}}
        - {name: ids, in: query, schema: {type: array, items: {type: integer}}}
        - {name: from, in: query, required: true, schema: {type: string}}
        - {name: Source, in: header, schema: {$ref: "#/components/schemas/Source"}}
      requestBody: {$ref: "#/components/requestBodies/Note"}
      responses:
        200: {$ref: "#/components/responses/Note"}
        "204": {description: nothing to say}
        4XX: {description: refused, content: {application/json: {schema: {}}}}
    get:
      operationId: read
      security: []
      parameters:
        - {name: noteId, in: path, required: true, schema: {type: string}}
      responses: {default: {description: whatever}}
components:
  parameters:
    NoteId: {name: noteId, in: path, required: true, schema: {type: integer}}
  requestBodies:
    Note:
      required: true
      content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}
  responses:
    Note:
      description: the note
      content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}
  schemas:
    Source: {type: string, enum: [DPS, NOMIS]}
    Note:
      type: object
      required: [text, occurred]
      properties:
        text:
          type: string
          minLength: 1
          pattern: '\\S'
          x-message: {pattern: text cannot be blank}
        occurred: {type: string, pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d'}
        source: {$ref: "#/components/schemas/Source"}
        agency: {type: [string, "null"], maxLength: 6}
        amendments:
          type: array
          maxItems: 2
          items:
            type: object
            required: [text]
            properties: {text: {type: string}, "a/b": {type: integer}}
""")

GOOD = {"text": "Met on the wing.", "occurred": "2026-03-02T09:00"}


@pytest.fixture
def replace() -> Any:
    """Return the operation `replace` of a freshly read contract."""
    return Contract("checks", copy.deepcopy(DOCUMENT)).operation("replace")


def only(found: list[Problem]) -> Problem:
    """Return the one problem found."""
    assert len(found) == 1, found
    return found[0]


def test_an_operation_says_what_it_is(replace: Any) -> None:
    """Roles, user action and writes are read from the contract."""
    assert (replace.method, replace.path) == ("PUT", "/notes/{noteId}")
    assert replace.roles == frozenset()
    assert (replace.user_action, replace.writes) == ("edit", True)
    assert (replace.has_body, replace.body_required) == (True, True)
    read = Contract("checks", copy.deepcopy(DOCUMENT)).operation("read")
    assert (read.roles, read.user_action, read.writes) == (None, None, False)
    assert read.has_body is False


def test_a_good_body_has_no_problems(replace: Any) -> None:
    """Unknown members and explicit nulls of optional ones pass (0.2)."""
    assert replace.check_request({**GOOD, "agency": None, "unheardOf": [1]}) == []


@pytest.mark.parametrize(
    ("change", "where", "field", "kind"),
    [
        ({"text": None}, "/text", "text", "null"),
        ({"text": 7}, "/text", "text", "type"),
        ({"source": "LIDS"}, "/source", "source", "enum"),
        ({"agency": "LEEDS-N"}, "/agency", "agency", "length"),
        ({"occurred": "yesterday"}, "/occurred", "occurred", "pattern"),
        ({"occurred": " "}, "/occurred", "occurred", "blank"),
        ({"amendments": [{}]}, "/amendments/0/text", "amendments[0].text", "missing"),
        (
            {"amendments": [{"text": "x"}, {"text": "y", "a/b": "z"}]},
            "/amendments/1/a~1b",
            "amendments[1].a/b",
            "type",
        ),
        ({"amendments": [{"text": "x"}] * 3}, "/amendments", "amendments", "length"),
    ],
)
def test_a_problem_names_its_place_and_kind(
    replace: Any, change: dict[str, Any], where: str, field: str, kind: str
) -> None:
    """Each wrong member is found where it stands, in both notations."""
    problem = only(replace.check_request({**GOOD, **change}))
    assert (problem.where, problem.field, problem.kind) == (where, field, kind)
    assert problem.kind in KINDS


def test_every_missing_member_is_told(replace: Any) -> None:
    """An empty object misses both mandatory members, not just the first."""
    found = replace.check_request({})
    assert {(p.where, p.kind) for p in found} == {
        ("/text", "missing"),
        ("/occurred", "missing"),
    }


def test_a_body_of_the_wrong_shape_is_a_type_problem(replace: Any) -> None:
    """A list or null in place of the object points at the whole body."""
    assert only(replace.check_request([])).where == ""
    assert only(replace.check_request(None)).kind == "null"


def test_the_contract_may_word_a_problem_itself(replace: Any) -> None:
    """`x-message` replaces our own wording for the keyword it names, no other."""
    blank = only(replace.check_request({**GOOD, "text": "   "}))
    assert (blank.kind, blank.message) == ("blank", "text cannot be blank")
    missing = only(replace.check_request({"occurred": GOOD["occurred"]}))
    assert missing.message == "text is missing"


def test_an_offending_value_is_shortened(replace: Any) -> None:
    """A 4,000-character text does not fill the report."""
    problem = only(replace.check_request({**GOOD, "agency": "x" * 4000}))
    assert len(problem.message) < 140
    assert "x" * 20 in problem.message


@pytest.mark.parametrize(
    ("given", "field", "kind"),
    [
        ({"noteId": "abc"}, "noteId", "type"),
        ({"noteId": "1_0"}, "noteId", "type"),
        ({"page": "-1"}, "page", "range"),
        ({"page": "x"}, "page", "type"),
        ({"deleted": "maybe"}, "deleted", "type"),
        ({"ids": "1,two"}, "ids", "type"),
        ({"source": "LIDS"}, "Source", "enum"),
    ],
)
def test_parameters_are_read_as_their_declared_type(
    replace: Any, given: dict[str, str], field: str, kind: str
) -> None:
    """Text that is no number, switch or known code is refused by its name."""
    path = {"noteId": "1", **given}
    query = {"from": ["A"], **{name: [text] for name, text in given.items()}}
    problem = only(replace.check_parameters(path, query, given))
    assert (problem.where, problem.field, problem.kind) == (field, field, kind)


def test_good_parameters_pass(replace: Any) -> None:
    """Lists come repeated or with commas, switches in any case, unknown ones too."""
    query = {
        "from": [""],
        "page": ["0"],
        "deleted": ["TRUE"],
        "ids": ["1,2", "-3"],
        "more": ["x"],
    }
    headers = {"source": "DPS", "accept": "*/*"}
    assert replace.check_parameters({"noteId": "100000001"}, query, headers) == []


def test_a_mandatory_parameter_is_missed(replace: Any) -> None:
    """A required query parameter that does not come is a problem of its own."""
    assert only(replace.check_parameters({"noteId": "1"}, {})).kind == "missing"


def test_an_operation_may_redeclare_a_parameter_of_its_path() -> None:
    """The operation's own declaration wins over the path's."""
    read = Contract("checks", copy.deepcopy(DOCUMENT)).operation("read")
    assert read.check_parameters({"noteId": "not-a-number"}, {}) == []


def test_an_answer_is_held_against_its_status(replace: Any) -> None:
    """The schema of the very status counts; ranges and default stand in for others."""
    assert replace.check_response(200, GOOD) == []
    assert only(replace.check_response(200, {**GOOD, "text": 1})).where == "/text"
    assert replace.check_response(409, {"anything": True}) == []
    read = Contract("checks", copy.deepcopy(DOCUMENT)).operation("read")
    assert read.check_response(503, None) == []


def test_an_undocumented_status_is_a_problem(replace: Any) -> None:
    """A fake that answers what its contract does not list is found out."""
    problem = only(replace.check_response(500, {}))
    assert problem.kind == "status"
    assert "replace does not document status 500" in problem.message


def test_empty_means_empty(replace: Any) -> None:
    """A body where none belongs, and none where one does, are both problems."""
    assert replace.check_response(204, None) == []
    assert only(replace.check_response(204, {})).kind == "body"
    assert only(replace.check_response(200, None)).kind == "body"


def test_a_contract_must_say_who_may_call() -> None:
    """Neither x-roles nor `security: []` is an oversight, refused at load."""
    document = copy.deepcopy(DOCUMENT)
    del document["paths"]["/notes/{noteId}"]["get"]["security"]
    with pytest.raises(ValueError, match="read: give x-roles"):
        Contract("checks", document)


def test_an_operation_id_is_used_once() -> None:
    """Two operations of one name could not both be one function."""
    document = copy.deepcopy(DOCUMENT)
    document["paths"]["/notes/{noteId}"]["get"]["operationId"] = "replace"
    with pytest.raises(ValueError, match="used twice"):
        Contract("checks", document)


def test_a_broken_reference_names_itself() -> None:
    """A schema that points nowhere is an error with its pointer, not a pass."""
    document = copy.deepcopy(DOCUMENT)
    del document["components"]["schemas"]["Note"]
    broken = Contract("checks", document).operation("replace")
    with pytest.raises(ValueError, match="components/schemas/Note"):
        broken.check_request(GOOD)


def test_unknown_names_list_the_known_ones() -> None:
    """A wrong service or operation name is answered with the right ones."""
    made = Contract("checks", copy.deepcopy(DOCUMENT))
    with pytest.raises(LookupError, match=r"no operation 'repalce'.*read, replace"):
        made.operation("repalce")
    from contracts import load

    with pytest.raises(LookupError, match=r"no contract for service 'nomsi'.*auth"):
        load("nomsi")
