"""A change that old data or old readers could not live with is refused."""

import json
from typing import Any

import pytest

from schemas import compatibility
from schemas.codec import schema_text
from schemas.records import Article, Story


def changed(name: str, **values: Any) -> str:
    schema = json.loads(schema_text(Story))
    schema["fields"] = [f | values if f["name"] == name else f for f in schema["fields"]]
    return json.dumps(schema)


def test_the_present_schemas_have_no_problem() -> None:
    assert compatibility.problems() == []


def test_a_new_field_with_a_default_is_welcome() -> None:
    schema = json.loads(schema_text(Story))
    schema["fields"].append({"name": "mood", "type": "string", "default": ""})
    assert compatibility.incompatibilities(json.dumps(schema), schema_text(Story)) == []


def test_a_new_field_without_a_default_is_refused() -> None:
    schema = json.loads(schema_text(Story))
    schema["fields"].append({"name": "mood", "type": "string"})
    assert "mood" in compatibility.incompatibilities(json.dumps(schema), schema_text(Story))[0]


def test_another_type_is_refused() -> None:
    assert compatibility.incompatibilities(changed("desk", type="int", default=0), schema_text(Story))


def test_a_field_without_a_default_taken_away_is_refused() -> None:
    schema = json.loads(schema_text(Story))
    schema["fields"] = [f for f in schema["fields"] if f["name"] != "story_id"]
    assert compatibility.incompatibilities(json.dumps(schema), schema_text(Story))


def test_missing_defaults_are_named() -> None:
    schema = json.loads(schema_text(Article))
    for field in schema["fields"]:
        if field["name"] in ("title", "kind"):
            field.pop("default")
            if isinstance(field["type"], dict):
                field["type"].pop("default")
    assert sorted(compatibility.missing_defaults(schema)) == [
        "Article.kind has no default",
        "Article.kind: enum Kind has no default symbol",
        "Article.title has no default",
    ]


def test_a_breaking_change_against_a_release_fails_the_check(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    released = tmp_path / "released" / "1.0"
    released.mkdir(parents=True)
    (released / "story.avsc").write_text(changed("desk", type="int", default=0))
    (released / "gone.avsc").write_text(schema_text(Story))
    monkeypatch.setattr(compatibility, "RELEASED", tmp_path / "released")
    assert compatibility.main([]) == 1
    said = capsys.readouterr().err
    assert "story.avsc against release 1.0" in said
    assert "gone.avsc was released and is gone" in said
