"""What can go wrong with the local stack, as a person should read it."""


class StackError(Exception):
    """The stack cannot do what was asked; the message says why and what to do."""


class PortTaken(StackError):
    """A port is held by a process that is not this stack's."""


class NotReady(StackError):
    """A program did not get ready in time, or gave up."""
