"""A Messages API of our own, over real HTTP: what the real one would refuse, it refuses.

``with MessagesApi(model) as api`` serves ``/v1/messages`` (JSON and events), ``/v1/messages/count_tokens``
and ``/v1/models`` on a free loopback port. ``model`` answers a request with a Reply; ``faults`` come first.
"""

from tests.fakes.messages_api.faults import Fault
from tests.fakes.messages_api.replies import Model, Reply, Request, says
from tests.fakes.messages_api.server import MessagesApi

__all__ = ["Fault", "MessagesApi", "Model", "Reply", "Request", "says"]
