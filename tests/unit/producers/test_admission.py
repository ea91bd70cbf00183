"""A feed of the log, whoever wrote it there."""

from producers.catalogue.admission import admitted
from producers.logins import Login
from schemas.limits import NAME_CHARACTERS, TITLE_CHARACTERS, URL_CHARACTERS
from schemas.records import FeedSpec


def test_strings_are_bounded_and_the_password_is_apart() -> None:
    spec, login = admitted(
        FeedSpec(
            feed_id="1",
            url="https://user:s3cret@a.example/f",
            site_url="https://user:s3cret@a.example/",
            title="T\x1b[2J" + "x" * 5_000,
            publisher="p\n" * 5_000,
            family="\u202eevil",
            rights="r" * 5_000_000,
        )
    )
    assert login == Login("https://a.example:443", "user", "s3cret")
    assert "s3cret" not in repr(spec)
    assert (spec.url, spec.site_url, spec.family) == ("https://a.example/f", "https://a.example/", "evil")
    assert len(spec.title) <= TITLE_CHARACTERS
    assert len(spec.publisher) <= NAME_CHARACTERS
    assert "\n" not in spec.publisher
    assert len(spec.rights) <= TITLE_CHARACTERS


def test_a_url_that_is_too_long_does_not_become_another_one() -> None:
    spec, login = admitted(FeedSpec(feed_id="1", url="https://a.example/" + "x" * 5_000))
    assert (len(spec.url), login) == (URL_CHARACTERS + 1, None)


def test_what_is_no_url_keeps_no_password_either() -> None:
    spec, login = admitted(FeedSpec(feed_id="1", url="https://user:s3cret@[::1/f"))
    assert login is None
    assert "s3cret" not in spec.url
