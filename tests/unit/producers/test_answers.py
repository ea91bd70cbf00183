"""A parser's process can say nothing but documents and reasons."""

import pickle

import pytest

from producers.answers import NoAnswer, decoded, encoded
from producers.parse import Unreadable, read

BODY = b"<rss><channel><item><title>t</title><category>c</category><guid>g</guid></item></channel></rss>"


def test_documents_and_reasons_come_back_as_they_were() -> None:
    document = read(BODY, "http://a.example/feed")
    assert decoded(encoded(document)) == document
    reason = decoded(encoded(Unreadable("not a feed")))
    assert isinstance(reason, Unreadable)
    assert str(reason) == "not a feed"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        pickle.dumps(Unreadable("x")),
        b"[" * 100_000,
        b'{"document": 1}',
        b'{"document": {"entries": []}}',
        b'{"unreadable": "' + b"x" * 10_000 + b'"}',
        b'{"unreadable": "x", "more": 1}',
        encoded(read(BODY, "http://a.example/feed")).replace(b'"t"', b'"' + b"t" * 2_000 + b'"'),
        encoded(read(BODY, "http://a.example/feed")).replace(b'"t"', b'"\\ud800"'),
    ],
)
def test_anything_else_is_no_answer(answer: bytes) -> None:
    with pytest.raises(NoAnswer):
        decoded(answer)
