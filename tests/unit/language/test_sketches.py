from __future__ import annotations

import pytest

from language.sketches import SIZE_BYTES, resemblance, sketch

TEXT = "About 1,200 workers joined the walkout and container traffic stopped before noon at all terminals."


def test_a_sketch_has_one_size_and_is_the_same_every_time():
    assert len(sketch(TEXT)) == SIZE_BYTES
    assert sketch(TEXT) == sketch(TEXT)
    assert sketch(TEXT)[:8].hex() == sketch(TEXT.upper())[:8].hex()


def test_resemblance_estimates_the_share_of_common_words():
    other = "A strong earthquake damaged villages in the valley early on Tuesday."
    assert resemblance(sketch(TEXT), sketch(TEXT)) == 1
    assert resemblance(sketch(TEXT), sketch(TEXT + " Talks resume soon.")) > 0.6
    assert resemblance(sketch(TEXT), sketch(other)) < 0.3


def test_a_text_without_words_resembles_nothing():
    assert sketch("… !") == b""
    assert resemblance(sketch(""), sketch("")) == 0


def test_sketches_of_another_size_are_refused():
    with pytest.raises(ValueError, match="512"):
        resemblance(sketch(TEXT), b"1234")
