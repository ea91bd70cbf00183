"""Desks: personas as data, their typed loader and the routing of stories to them."""

from desks.loader import Desk, DeskError, load_desks
from desks.routing import Routed, route

__all__ = ["Desk", "DeskError", "Routed", "load_desks", "route"]
