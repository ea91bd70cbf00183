"""A feed of the catalogue as everything behind it may use it, whoever wrote it there. Pure."""

from __future__ import annotations

from dataclasses import replace

from yarl import URL

from producers.logins import Login, parted
from producers.urls import without_userinfo
from schemas.limits import DOMAINS, HOST_CHARACTERS, NAME_CHARACTERS, TITLE_CHARACTERS, URL_CHARACTERS
from schemas.records import FeedSpec
from schemas.strings import sanitised


def admitted(spec: FeedSpec) -> tuple[FeedSpec, Login | None]:
    """With strings that records can hold, and the user and password of its URL apart from it.

    A URL that is none, or too long, stays what it is up to the bound: polling it fails and says why.
    """
    try:
        url, login = parted(spec.url)
        if len(url) <= URL_CHARACTERS and sanitised(url, URL_CHARACTERS) != url:
            # Encoded: another spelling of its characters may be another page.
            url = str(URL(url))
    except ValueError:
        url, login = without_userinfo(spec.url), None
    bounded = replace(
        spec,
        # One character more than a URL may have, so that it is refused and not another one is asked.
        url=sanitised(url, URL_CHARACTERS + 1),
        site_url=sanitised(without_userinfo(spec.site_url), URL_CHARACTERS),
        title=sanitised(spec.title, TITLE_CHARACTERS),
        rights=sanitised(spec.rights, TITLE_CHARACTERS),
        publisher=sanitised(spec.publisher, NAME_CHARACTERS),
        family=sanitised(spec.family, NAME_CHARACTERS),
        country=sanitised(spec.country, NAME_CHARACTERS),
        language=sanitised(spec.language, NAME_CHARACTERS),
        desk=sanitised(spec.desk, NAME_CHARACTERS),
        domains=tuple(sanitised(each, HOST_CHARACTERS) for each in spec.domains[:DOMAINS]),
    )
    return bounded, login
