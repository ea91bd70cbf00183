"""Users and passwords stay out of addresses, and in a file that only its owner reads."""

import json
from pathlib import Path

import pytest

from producers.logins import Login, Logins, LoginsUnreadable, add, parted, read
from producers.urls import without_userinfo


@pytest.mark.parametrize(
    "url",
    [
        "https://user@a.example/f",
        "https://user:s3cret@a.example/f",
        "HTTPS://user:s3cret@a.example/f",
        "https:/user:s3cret@a.example/f",
        "https:user:s3cret@a.example/f",
        "https:\\\\user:s3cret@a.example/f",
        "https:///user:s3cret@a.example/f",
        "//user:s3cret@a.example/f",
        " https://user:s3cret@a.example/f",
        "https://us%65r:s%33cret@a.example/f",
        "https://user:s3cret%40a.example/f",
        "https://user:p@s3cret@a.example/f",
        "https://user:s3cret\uff20a.example/f",
        "https://:s3cret@a.example/f",
        "https://@a.example/f",
        "feed://user:s3cret@a.example/f",
    ],
)
def test_every_spelling_loses_its_user(url: str) -> None:
    bare = without_userinfo(url)
    assert bare.endswith("a.example/f")
    assert "user" not in bare
    assert "cret" not in bare
    assert without_userinfo(bare) == bare


@pytest.mark.parametrize(
    "text",
    ["https://a.example/@desk/1", "https://a.example/?q=a@b", "tag:desk@a.example,2024:1", "a@b", "x", ""],
)
def test_what_is_no_user_stays(text: str) -> None:
    assert without_userinfo(text) == text


def test_a_url_is_parted_into_where_and_who() -> None:
    url, login = parted("https://desk%40paper:s%3Acret@A.example/f?x=1")
    assert url == "https://A.example/f?x=1"
    assert login == Login("https://a.example:443", "desk@paper", "s:cret")
    assert parted("http://a.example:8080/f") == ("http://a.example:8080/f", None)


def test_a_login_is_for_its_server_and_its_https() -> None:
    plain = Login("http://a.example:80", "u", "p")
    assert plain.is_for("http://a.example:80")
    assert plain.is_for("https://a.example:443")
    secure = Login("https://a.example:443", "u", "p")
    assert not secure.is_for("http://a.example:80")
    assert not secure.is_for("https://a.example:8443")
    assert not secure.is_for("https://b.example:443")


def test_the_file_is_its_owner_s_and_is_added_to(tmp_path: Path) -> None:
    path = tmp_path / "home" / "logins.json"
    add(path, {"1": Login("https://a.example:443", "u", "p")})
    add(path, {"2": Login("https://b.example:443", "v", "q")})
    assert path.stat().st_mode & 0o777 == 0o600
    assert set(read(path)) == {"1", "2"}
    assert [each.name for each in path.parent.iterdir()] == ["logins.json"]


def test_a_changed_file_counts_and_a_broken_one_does_not(tmp_path: Path) -> None:
    path = tmp_path / "logins.json"
    logins = Logins(path)
    assert logins.of("1") is None
    add(path, {"1": Login("https://a.example:443", "u", "p")})
    assert logins.of("1") == Login("https://a.example:443", "u", "p")
    path.write_text('{"1": "s3cret"}')
    assert logins.of("1") is not None
    with pytest.raises(LoginsUnreadable) as caught:
        read(path)
    assert "s3cret" not in str(caught.value)
    path.write_text(json.dumps({}))
    assert logins.of("1") is None


def test_what_an_older_log_carries_counts_until_it_says_otherwise(tmp_path: Path) -> None:
    logins = Logins(tmp_path / "none.json")
    login = Login("https://a.example:443", "u", "p")
    logins.remember("1", login)
    assert logins.of("1") == login
    logins.remember("1", None)
    assert logins.of("1") is None
