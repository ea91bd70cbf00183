"""Nothing but public addresses, whatever spells them."""

import pytest

from producers.addresses import AddressDenied, UrlDenied, check_url, guarded_socket, is_public


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_pass(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "239.255.255.250", "255.255.255.255", "192.0.2.1", "198.18.0.1", "192.88.99.1",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "ff0e::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::808:808",
        "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::1", "2001::1", "::127.0.0.1", "fec0::1",
        "2001:db8::1", "localhost", "",
    ],
)  # fmt: skip
def test_every_other_address_is_denied(address: str) -> None:
    assert not is_public(address)


def test_no_socket_is_made_for_a_denied_address() -> None:
    with pytest.raises(AddressDenied, match=r"169\.254\.169\.254 is no public address.*ALLOW_HOSTS"):
        guarded_socket((2, 1, 6, "", ("169.254.169.254", 80)))


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://x/",
        "ftp://x/",
        "dict://x:1/",
        "x",
        "",
        "http://",
        "http:///a",
        "//a/b",
        "http://[::1",
        "http://a:port/",
        "javascript:alert(1)",
        "http://[::①]:80/",
    ],
)
def test_what_is_not_http_with_a_host_is_denied(url: str) -> None:
    with pytest.raises(UrlDenied):
        check_url(url)


def test_host_and_port_are_told() -> None:
    assert check_url("HTTPS://News.Example/feed") == ("news.example", "news.example:443")
    assert check_url("http://user@127.0.0.1:8080/") == ("127.0.0.1", "127.0.0.1:8080")
