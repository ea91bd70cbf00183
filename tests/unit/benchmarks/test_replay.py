"""What the replay benchmark writes to the log, and how it tells how far a job is."""

from dataclasses import replace
from itertools import islice

from benchmarks.replay.entries import DATED_EVERY, Item, articles, generated
from benchmarks.replay.watching import covered

ITEM = Item("r-1", "wire.example", "en", "Strike ends", "Cranes move again.", "https://wire.example/1", 1_000)


def test_a_repeated_entry_is_a_duplicate_and_a_changed_one_a_new_version() -> None:
    changed = replace(ITEM, body="Cranes stand still again.")
    first, again, later, back = articles([ITEM, ITEM, changed, ITEM])
    assert (first.article_id, first.version, first.content_hash) == (
        again.article_id,
        again.version,
        again.content_hash,
    )
    assert {each.article_id for each in (later, back)} == {first.article_id}
    assert [later.version, back.version] == [2, 3]
    assert first.text == "Strike ends\nCranes move again."


def test_without_an_address_the_entrys_name_tells_it_from_others() -> None:
    nameless = replace(ITEM, url="")
    found = list(articles([nameless, replace(nameless, name="r-2")]))
    assert len({each.article_id for each in found}) == 2


def test_few_keep_their_date_and_the_others_are_of_this_minute() -> None:
    found = list(articles([ITEM] * (DATED_EVERY + 1)))
    old = [number for number, each in enumerate(found) if each.published_at == ITEM.at]
    assert old == [0, DATED_EVERY]


def test_generated_entries_are_all_new_and_the_same_each_time() -> None:
    once, again = (list(islice(generated(), 50)) for _ in range(2))
    assert once == again
    assert len({each.title for each in once}) == 50


def test_a_part_is_covered_as_far_as_a_group_has_come() -> None:
    begins, ends = {0: 10, 1: 0}, {0: 20, 1: 30}
    assert covered(begins, ends, {}) == 0
    assert covered(begins, ends, {0: 5, 1: 10}) == 0.25
    assert covered(begins, ends, {0: 99, 1: 99}) == 1
