"""Documents and stubs that nobody should write end in a sentence, never in a trace."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

import contracts
from harness.contracts_tools.compare import BREAKS, compare
from harness.contracts_tools.diff import drift
from harness.contracts_tools.mappings import NoMappings, read
from harness.contracts_tools.published import Unreadable, load
from harness.contracts_tools.stubs import OK, SHAPE, UNJUDGED, stubs
from tests.run.conftest import tandem as tandem_fixture

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.run.conftest import Ended

tandem = tandem_fixture
GET = ("paths", "/alerts/{alertUuid}", "get")
SCHEMA = ("components", "schemas", "Alert")
ITSELF = {"$ref": "#/components/schemas/Alert"}
WIDE = {"type": "object", "properties": {f"x{n}": ITSELF for n in range(12)}}
PATH = "/case-notes/A1234BC/019567d2-8d1c-7b4e-9a52-6a0a6f2f1c11"


def saved(directory: Path, content: bytes | str, name: str = "published.json") -> str:
    """Write a file; returns its path."""
    path = directory / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def spoiled(place: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Return our alerts document with a value put into one place."""
    document: dict[str, Any] = copy.deepcopy(contracts.load("alerts").document)
    node = document
    for step in place[:-1]:
        node = node[step]
    node[place[-1]] = value
    return document


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\x00\xfe", "is not UTF-8"),
        ('{"paths": null}', "paths: null"),
        ('{"paths": {"/a": 7}}', "paths > /a"),
        ('{"swagger": "2.0", "paths": {}}', "Swagger 2.0"),
        ('{"paths":' + '{"a":' * 100_000, "nested too deeply"),
        ("paths: " + "[" * 20_000, "nested too deeply"),
        ("paths: &p\n  /a: *p\n", "more than 100 levels"),
        (
            "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
            + "".join(
                f"{to}: &{to} [{', '.join([f'*{of}'] * 10)}]\n"
                for of, to in zip("abcdefg", "bcdefgh", strict=True)
            )
            + "paths: *h\n",
            "more than 2,000,000 values",
        ),
        ("paths: !!python/object/apply:os.system ['true']\n", "neither JSON nor YAML"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else None,
)
def test_a_hostile_file_is_refused_with_a_reason(
    tmp_path: Path, content: bytes | str, said: str
) -> None:
    """It names the file and what is wrong in it."""
    with pytest.raises(Unreadable, match=said) as raised:
        load(saved(tmp_path, content))
    assert "published.json" in str(raised.value)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("info",), "x", "info"),
        (("components",), None, "components"),
        ((*GET,), None, "alertUuid} > get"),
        ((*GET, "responses"), [], "responses"),
        ((*GET, "responses", "200"), "x", "responses > 200"),
        ((*GET, "responses", "200"), {"content": {"*/*": None}}, "content"),
        ((*GET, "parameters"), None, "parameters"),
        ((*GET, "parameters"), [{"in": "query"}], "parameters > 0.*name"),
        ((*GET, "parameters"), [{"$ref": 7}], "ref"),
        ((*GET, "parameters"), [{"$ref": "#/components/no"}], "no leads nowhere"),
        ((*GET, "parameters"), [{"$ref": "http://a/b"}], "leads out of the document"),
        ((*SCHEMA,), None, "Alert"),
        ((*SCHEMA, "properties"), [], "Alert > properties"),
        ((*SCHEMA, "required"), "abc", "Alert > required"),
        ((*SCHEMA, "properties", "activeFrom"), {"enum": "a"}, "activeFrom > enum"),
        ((*SCHEMA, "properties", "activeFrom"), {"type": 3}, "activeFrom > type"),
        ((*SCHEMA, "properties", "activeFrom"), {"maxLength": "9"}, "maxLength"),
        ((*SCHEMA,), WIDE, "more than 20,000 members"),
    ],
)
def test_a_wrong_member_is_named_with_its_place(
    tmp_path: Path, place: tuple[str, ...], value: Any, said: str
) -> None:
    """The reader finds it in a document of thousands of lines."""
    path = saved(tmp_path, json.dumps(spoiled(place, value)))
    with pytest.raises(Unreadable, match=said):
        drift(path, "alerts")


@pytest.mark.parametrize("value", [True, ITSELF, {"anyOf": [ITSELF, ITSELF]}])
def test_a_schema_that_says_nothing_breaks_the_sync(tmp_path: Path, value: Any) -> None:
    """`true`, and what refers to itself alone, promise no member."""
    path = saved(tmp_path, json.dumps(spoiled(SCHEMA, value)))
    assert drift(path, "alerts").breaks


def test_status_codes_may_be_numbers_in_yaml(tmp_path: Path) -> None:
    """Most documents in YAML write them without quotes."""
    import yaml

    document = copy.deepcopy(contracts.load("alerts").document)
    text = yaml.safe_dump(document, sort_keys=False)
    for code in ("200", "201", "204", "400", "401", "403", "404", "409", "500", "502"):
        text = text.replace(f"'{code}':", f"{code}:")
    read_back = load(saved(tmp_path, text, "published.yaml"))
    assert "200:" in text
    assert compare(contracts.load("alerts"), read_back) == []


def test_an_operation_without_answers_breaks_the_sync(tmp_path: Path) -> None:
    """OpenAPI 3.1 allows it."""
    path = saved(tmp_path, json.dumps(spoiled(GET, {})))
    assert {one.grade for one in drift(path, "alerts").breaks} == {BREAKS}


def stub(request: Any = None, **response: Any) -> dict[str, Any]:
    """Return a mapping for a DPS note."""
    asked = {"method": "GET", "urlPath": PATH} if request is None else request
    return {"request": asked, "response": {"status": 200, **response}}


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        (stub([]), "request"),
        ({"request": {"method": "GET"}, "response": "x"}, "response"),
        (stub(status="abc"), "status"),
        (stub(status=10**30), "status"),
        (stub(status=200.5), "status"),
        (stub(headers=[]), "headers"),
        (stub(body=7), "body"),
        (stub(base64Body="***"), "base64"),
        (stub(bodyFileName="../../../../etc/passwd"), "outside __files"),
        (stub(bodyFileName="a" * 5000), "cannot be read"),
        (stub(transformers="x"), "transformers"),
        (stub(body="[" * 200_000), "nested too deeply"),
        (stub({"method": ["GET"]}), "method"),
        (stub({"method": "GET", "urlPath": 7}), "urlPath"),
        (stub({"method": "GET", "urlPattern": "(["}), "pattern cannot be read"),
        (stub({"method": "GET", "urlPattern": "a{1,65535}" * 200}), "pattern"),
    ],
)
def test_a_hostile_stub_is_not_judged_with_a_reason(
    tmp_path: Path, mapping: dict[str, Any], said: str
) -> None:
    """And hides none of those beside it."""
    good = stub({"method": "DELETE", "urlPath": "/casenotes/1"}, status=204)
    both = json.dumps({"mappings": [mapping, good]})
    bad, right = stubs(saved(tmp_path, both)).grades
    assert bad.grade == UNJUDGED
    assert said in bad.why[0]
    assert right.grade == OK


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        (r"/([a-zA-Z0-9/-]+)+[!]", False),
        (r"^/(([a-z0-9A-Z-]|/)*)*\!$", False),
        (r"(?=(([a-zA-Z0-9/-]+)+))\1!", False),
        (r"/case-notes/\p{Alnum}++/.*", True),
        (r"/case-notes/[A-Z]\d{4}[A-Z]{2}/[^/]+(\?.*)?", True),
    ],
)
def test_patterns_are_javas_and_take_no_time(
    tmp_path: Path, pattern: str, fits: bool
) -> None:
    """One that backtracks for ever fits nothing; possessive ones are understood."""
    mapping = stub({"method": "GET", "urlPathPattern": pattern}, jsonBody=[])
    [one] = stubs(saved(tmp_path, json.dumps(mapping))).grades
    assert (one.grade == SHAPE) is fits


def test_members_that_are_null_count_as_absent(tmp_path: Path) -> None:
    """As WireMock reads them."""
    mapping = stub(
        {"method": "DELETE", "urlPath": "/casenotes/1", "urlPattern": None},
        status=204,
        headers=None,
        body=None,
    )
    [one] = stubs(saved(tmp_path, json.dumps(mapping))).grades
    assert one.grade == OK


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "no JSON"),
        ("[" * 300_000, "no JSON"),
        ('{"mappings": null}', "no list"),
        ("[1]", "no stub mappings"),
    ],
)
def test_a_file_that_holds_no_stubs_is_refused(
    tmp_path: Path, content: bytes | str, said: str
) -> None:
    """With the file's name."""
    with pytest.raises(NoMappings, match=said):
        read(saved(tmp_path, content))


def test_where_nothing_could_be_judged_nothing_is_known(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """Exit code 3, as for every check that saw nothing."""
    path = saved(tmp_path, json.dumps(stub(status="abc")))
    ended = tandem("contracts", "stubs", path)
    assert ended.code == 3
    assert "nothing could be judged" in ended.out
