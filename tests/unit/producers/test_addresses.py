"""Nothing but public addresses, whatever spells them."""

import pytest

from producers.addresses import AddressDenied, UrlDenied, check_port, check_url, guarded_socket, is_public
from schemas.limits import HOST_CHARACTERS, URL_CHARACTERS


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "2606:4700::5efe:808:808"],
)
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
        # What ipaddress of Python 3.11 takes for public, or does not know.
        "::ffff:0:7f00:1", "::ffff:0:808:808", "3fff::1", "5f00::1", "100::1", "100:0:0:1::1", "3ffe::1",
        "2001:3::1", "2001:4:112::1", "2001:20::1", "2001:30::1", "2620:4f:8000::1", "4000::1", "a000::1",
        "192.31.196.1", "192.52.193.1", "192.175.48.1", "192.0.0.9", "192.0.0.192", "240.0.0.1",
        # ISATAP: the address inside counts, with both marks of the interface id.
        "2606:4700::5efe:a00:1", "2606:4700::5efe:127.0.0.1", "2606:4700::200:5efe:169.254.169.254",
        # Metadata of clouds.
        "100.100.100.200", "168.63.129.16", "169.254.170.2", "fd20:ce::254",
        # A zone, and spellings that only a resolver understands.
        "2606:4700::1111%eth0", "2606:4700::1111%25eth0", "0x7f.1", "0177.0.0.1", "127.1", "2130706433",
        "010.8.8.8", "8.8.8.8 ", "\u0661.1.1.1",
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


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/" + "x" * URL_CHARACTERS,
        "http://" + "\U0001d160" * (HOST_CHARACTERS + 1) + "/",
        "http://a.example/\udcff",
        "http://a.example/\x1b[31m",
        "http://a.exa\nmple/",
        "http://a.example\\@127.0.0.1/",
    ],
)
def test_what_two_readers_would_read_differently_or_never_end_to_read_is_denied(url: str) -> None:
    with pytest.raises(UrlDenied) as caught:
        check_url(url)
    said = str(caught.value)
    assert len(said) < 500
    assert said.isprintable()
    said.encode()


def test_an_error_does_not_tell_the_password() -> None:
    with pytest.raises(UrlDenied) as caught:
        check_url("ftp://user:s3cret@a.example/")
    assert "s3cret" not in str(caught.value)


def test_ports_are_the_web_s_and_those_that_the_operator_names() -> None:
    for port in (80, 443, 8080, 8443):
        check_port(f"a.example:{port}", ())
    check_port("a.example:9000", (9000,))
    for port in (0, 22, 25, 6379, 9000):
        with pytest.raises(UrlDenied, match=f"not fetched from port {port}; .*ALLOW_PORTS.*ALLOW_HOSTS"):
            check_port(f"a.example:{port}", ())
