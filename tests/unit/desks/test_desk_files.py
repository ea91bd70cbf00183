"""Desk files are typed; a bad one is refused with its file and line."""

from pathlib import Path

import pytest

from desks import DeskError, load_desks

SHIPPED = ("business", "climate", "dach", "science", "technology", "world")

GOOD = """\
name: sea
title: The sea
mandate: Ships and ports.
audience: Harbour masters.
keywords:
  - ferry
  - port*
"""


def folder_with(tmp_path: Path, text: str, name: str = "sea.yaml") -> Path:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_desks_that_come_with_tidewire_load() -> None:
    assert [desk.name for desk in load_desks()] == list(SHIPPED)


def test_each_of_them_says_what_its_briefs_cover_and_its_stories_are_like() -> None:
    for desk in load_desks():
        assert len(desk.sections) >= 3, desk.name
        assert len(desk.prototypes) >= 5, desk.name


def test_a_desk_has_what_its_file_says(tmp_path: Path) -> None:
    (desk,) = load_desks(folder_with(tmp_path, GOOD))
    assert (desk.name, desk.keywords, desk.min_materiality) == ("sea", ("ferry", "port*"), 0.0)


def test_a_desk_survives_the_way_to_a_job(tmp_path: Path) -> None:
    quiet = 'quiet_hours: {from: "22:00", to: "06:00", zone: Europe/Berlin, except_from: 0.8}\n'
    (desk,) = load_desks(folder_with(tmp_path, GOOD + quiet))
    assert desk.quiet_hours is not None
    assert desk.quiet_hours.except_from == 0.8
    assert type(desk).model_validate_json(desk.model_dump_json()) == desk


def test_any_changed_byte_changes_the_hash(tmp_path: Path) -> None:
    (before,) = load_desks(folder_with(tmp_path, GOOD))
    (after,) = load_desks(folder_with(tmp_path, GOOD + "# a remark\n"))
    assert before.file_hash != after.file_hash


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (GOOD + "colour: blue\n", 8, "colour"),
        (GOOD.replace("title: The sea\n", ""), 1, "title"),
        (GOOD.replace("  - port*", "  - [a, b]"), 7, "keywords.1"),
        (GOOD + "min_materiality: 3\n", 8, "less than or equal to 1"),
        (GOOD + "languages:\n  - english\n", 9, "languages.0"),
        (GOOD + "title: Again\n", 8, "given twice"),
        (GOOD.replace("audience: ", "audience: : "), 4, "not YAML"),
        (GOOD.replace("name: sea", "name: land"), 1, "must be the file's name"),
        (GOOD + "sections: one\n", 8, "sections"),
        (GOOD + "sections:\n  - What: who\n", 9, "sections.0"),
        (GOOD + "prototypes:\n  - A ferry sank.\n  - ''\n", 10, "prototypes.1"),
        (GOOD + "prototypes_floor: 0\n", 8, "prototypes_floor"),
        (GOOD + "quiet_hours: {from: 22:00, to: '06:00'}\n", 8, "quiet_hours.from"),
        (GOOD + "quiet_hours:\n  from: '22:00'\n  to: '24:00'\n", 10, "quiet_hours.to"),
        (GOOD + "quiet_hours:\n  from: '22:00'\n  to: '06:00'\n  zone: Berlin\n", 11, "no time zone"),
        (GOOD + "quiet_hours:\n  from: '22:00'\n  to: '06:00'\n  zone: ../x\n", 11, "no time zone"),
        (GOOD + "quiet_hours: {from: '22:00', to: '22:00'}\n", 8, "they end when they begin"),
        (GOOD + "quiet_hours: {to: '22:00'}\n", 8, "quiet_hours.from"),
        ("- a\n- list\n", 1, "mapping"),
        ("", 1, "mapping"),
    ],
)
def test_a_bad_file_is_refused_with_file_and_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(DeskError) as caught:
        load_desks(folder_with(tmp_path, text))
    assert f"sea.yaml:{line}: " in str(caught.value)
    assert said in str(caught.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "sea.yaml").write_bytes(b"name: \xff\xfe\x00")
    with pytest.raises(DeskError, match=r"sea\.yaml:1"):
        load_desks(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeskError, match="no desk"):
        load_desks(tmp_path)
