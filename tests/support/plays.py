"""A small programme for tests: three feeds, a handful of entries."""

from __future__ import annotations

from pathlib import Path

from newswire.ledger import Ledger
from newswire.player import Player
from newswire.programme import Sample, load_sample

OUTLETS = """
- name: Outlet
  publisher: outlet.example
  family: Family
  country: gb
  language: en
  reliability: B
  rights: Excerpts
  feeds:
    - name: main
      desk: world
      format: rss
      body: cdata
      turns:
        - {at: d1 05:00, answer: garbage}
        - {at: d1 06:00, answer: feed}
    - {name: section, desk: business, section: world, format: rss, body: cdata}
    - name: dying
      desk: world
      format: atom
      body: escaped
      turns:
        - {at: d1 07:00, answer: error}
        - {at: d1 08:00, answer: moved}
        - {at: d1 09:00, answer: reset}
        - {at: d1 10:00, answer: not found}
        - {at: d1 11:00, answer: gone}
"""
STORIES = """
- story: tale
  about: A tale.
  entries:
    - {id: old, feed: dying, at: d1 00:00, opening: true, published: 9d earlier, title: Old, text: Long ago}
    - id: one
      feed: main
      at: d1 01:00
      title: One
      text: First
      edits:
        - {at: d1 02:00, title: Two}
        - {at: d1 03:00, as: 1}
        - {at: d1 04:00, as: 1}
    - {id: same, feed: section, at: d1 01:30, same: tale/one}
"""


def small_sample(folder: Path) -> Sample:
    """Writes the files and loads them."""
    (folder / "stories").mkdir(parents=True)
    (folder / "outlets.yaml").write_text(OUTLETS)
    (folder / "stories" / "tale.yaml").write_text(STORIES)
    return load_sample("http://127.0.0.1:18090", folder)


def opened(sample: Sample, state: Path, now: int) -> Player:
    """A player of it with its opening out."""
    player = Player(sample, Ledger(state / "ledger.jsonl", sample.name))
    player.open(now)
    return player
