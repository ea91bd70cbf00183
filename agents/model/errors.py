"""Everything that can be wrong with an answer, each with what a brief may say about it.

``str`` of an error is one phrase without a full stop; it stands in a brief as the reason why its prose is
extractive, so it never holds text that a model wrote.
"""

from __future__ import annotations


class ModelFailed(RuntimeError):
    """No usable answer."""


class NoKey(ModelFailed):
    """A model was asked for without a key."""


class Unfit(ModelFailed):
    """The endpoint cannot do what the pipeline needs, whatever it is asked."""


class Unanswered(ModelFailed):
    """The server did not answer, or its answer was lost on the way.

    ``may_be_charged``: the server may have made an answer. ``again``: whether to ask once more, and
    ``after_s``, when the server wishes it.
    """

    def __init__(
        self, said: str, *, may_be_charged: bool, again: bool = True, after_s: float | None = None
    ) -> None:
        super().__init__(said)
        self.may_be_charged = may_be_charged
        self.again = again
        self.after_s = after_s


class Lost(Unanswered):
    """An answer began and did not arrive whole: worth another try at once."""

    def __init__(self, said: str) -> None:
        super().__init__(said, may_be_charged=True)


class Rejected(ModelFailed):
    """The server does not accept the request: 400, 401, 403, 404, 413."""


class Spared(ModelFailed):
    """Not asked, for the sake of the budget or of an overloaded server."""


class Refusal(ModelFailed):
    """The model declined."""


class Cut(ModelFailed):
    """The answer reached its length limit."""


class SchemaIgnored(ModelFailed):
    """The answer is no JSON of the schema that was asked for."""
