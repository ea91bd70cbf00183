"""The running stack as a web page sees it, and as another user of the machine does: without its keys."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import httpx2
import psutil
import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from stack import flink_ui
from stack.leftovers import PROGRAM, marked
from stack.readiness import http
from stack.settings import LOOPBACK
from tests.conftest import RunningFlink
from topics.settings import BrokerSettings

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]
PAGE = Path(__file__).parents[2] / "docs" / "security.md"
EVIL = ({"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"})
JOB = "0" * 32


@dataclass(frozen=True)
class Listening:
    """A socket of the stack's."""

    program: str
    port: int
    address: str


def listening(flink: RunningFlink) -> list[Listening]:
    """Every listening socket of the stack's processes and of what they started."""
    programs = {each.pid: each.environ().get(PROGRAM, "") for each in marked(str(flink.stack.settings.home))}
    return [
        Listening(programs[each.pid], each.laddr.port, each.laddr.ip)
        for each in psutil.net_connections("inet")
        if each.pid in programs and (each.status == psutil.CONN_LISTEN or each.type == socket.SOCK_DGRAM)
    ]


def named_in_the_table() -> set[tuple[str, str]]:
    """(program, port) of each row of the page's table; a port is a setting's name, or `any`."""
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| `?([a-z_]+)`? \|", PAGE.read_text(), re.MULTILINE)
    assert rows, "the table of ports in docs/security.md has another form"
    return set(rows)


def test_every_socket_is_in_the_table_and_on_loopback(flink: RunningFlink) -> None:
    found, table = listening(flink), named_in_the_table()
    assert {each.program for each in found} >= {"kafka", "registry", "zookeeper", "jobmanager", "flink-ui"}
    names = {port: name for name, port in flink.stack.settings.ports.items()}
    for each in found:
        address = ip_address(each.address)
        assert (getattr(address, "ipv4_mapped", None) or address).is_loopback, each
        assert (each.program, names.get(each.port, "any")) in table, each


def test_the_supervisors_socket_is_the_users_alone(flink: RunningFlink) -> None:
    path = flink.stack.settings.socket
    assert path.is_socket()
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/overview"),
        ("GET", f"/jobs/{JOB}/yarn-cancel"),
        ("PATCH", f"/jobs/{JOB}?mode=cancel"),
        ("POST", "/jobs"),
        ("POST", "/jars/upload"),
        ("DELETE", "/cluster"),
    ],
)
def test_flink_answers_nobody_without_the_certificate(flink: RunningFlink, method: str, path: str) -> None:
    port = flink.stack.settings.flink_port
    # Without TLS it says one thing alone, whatever it is asked.
    told = httpx2.request(method, f"http://{LOOPBACK}:{port}{path}", trust_env=False)
    assert (told.status_code, told.content) == (301, b"")
    assert told.headers["Location"].startswith("https://")
    with pytest.raises(httpx2.TransportError):
        httpx2.request(method, f"https://{LOOPBACK}:{port}{path}", trust_env=False, verify=False)


def test_no_port_of_flinks_processes_speaks_without_it(flink: RunningFlink) -> None:
    """Java deserialises remote calls, blobs, data and metrics: a stranger's bytes must not get there."""
    processes, rest = ("jobmanager", "taskmanager"), flink.stack.settings.flink_port
    ports = [each for each in listening(flink) if each.program in processes and each.port != rest]
    assert len(ports) >= 4
    for each in ports:
        with socket.create_connection((LOOPBACK, each.port), timeout=30) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            try:
                answer = plain.recv(64)
            except ConnectionResetError:
                answer = b""
        # An alert of TLS at the most.
        assert answer[:1] in (b"", b"\x15"), each


@pytest.fixture
def ui(flink: RunningFlink) -> Iterator[httpx2.Client]:
    """A browser that has opened the printed address."""
    with httpx2.Client(base_url=flink.stack.settings.flink_ui_url, trust_env=False, timeout=30) as client:
        entered = client.get(flink_ui.link(flink.stack.settings))
        assert entered.status_code == 303
        # The cookie jar of the client keeps no cookies for an address without a dot in its name.
        client.headers["Cookie"] = entered.headers["Set-Cookie"].partition(";")[0]
        yield client


def test_the_web_ui_shows_to_who_has_the_token(flink: RunningFlink, ui: httpx2.Client) -> None:
    page = ui.get("/")
    assert page.status_code == 200
    assert "Apache Flink" in page.text
    scripts = re.findall(r'src="([^"]+\.js)"', page.text)
    assert scripts
    rest = ["/overview", "/config", "/jobs/overview", "/taskmanagers"]
    for path in [f"/{script}" for script in scripts] + rest:
        assert ui.get(path).status_code == 200, path
    assert ui.get("/overview").json()["slots-total"] == flink.stack.settings.slots
    features = ui.get("/config").json()["features"]
    assert features["web-submit"] is features["web-cancel"] is False
    with httpx2.Client(base_url=flink.stack.settings.flink_ui_url, trust_env=False) as stranger:
        for path in ("/", "/overview", "/jobs/overview", "/?token=guessed", "/main.js"):
            assert stranger.get(path).status_code == 401, path


def test_the_web_ui_changes_nothing(ui: httpx2.Client) -> None:
    for method, path in [
        ("GET", f"/jobs/{JOB}/yarn-cancel"),
        ("GET", f"/v1/jobs/{JOB}/yarn-cancel"),
        ("PATCH", f"/jobs/{JOB}"),
        ("POST", "/jobs"),
        ("POST", "/jars/upload"),
        ("POST", f"/jobs/{JOB}/savepoints"),
        ("DELETE", "/cluster"),
    ]:
        assert ui.request(method, path).status_code == 403, (method, path)


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_is_refused_by_the_web_ui(ui: httpx2.Client, evil: dict[str, str], method: str) -> None:
    assert ui.request(method, "/overview", headers=evil).status_code in (403, 421)


def test_the_registry_speaks_to_no_page(flink: RunningFlink) -> None:
    """A browser refuses a certificate that it does not know, whatever name a page has made point here."""
    settings = flink.stack.settings
    with pytest.raises(httpx2.TransportError):
        httpx2.get(f"http://{LOOPBACK}:{settings.registry_port}/apis", trust_env=False)
    with pytest.raises(httpx2.ConnectError, match=r"(?i)certificate"):
        httpx2.get(settings.registry_url, trust_env=False)
    with http(settings.keys.identity) as client:
        assert client.get(f"{settings.registry_url}/subjects").is_success


@pytest.mark.parametrize("password", [None, "guessed"])
def test_kafka_asks_for_the_password(flink: RunningFlink, tmp_path: Path, password: str | None) -> None:
    said = tmp_path / "password"
    said.write_text(password or "")
    file = said if password else None
    for port in (flink.stack.settings.kafka_port, flink.stack.settings.controller_port):
        config = BrokerSettings(bootstrap=f"{LOOPBACK}:{port}", password_file=file, log_level=0).client()
        with pytest.raises(KafkaException):
            AdminClient(config).list_topics(timeout=3)


def test_zookeeper_tells_nobody_anything_without_a_login(flink: RunningFlink) -> None:
    """A session is granted (jute: protocol 0, zxid 0, 10 s, no session, no password), and then no request."""
    connect = bytes.fromhex("0000002d00000000000000000000000000002710000000000000000000000010")
    connect += bytes(16) + b"\x00"
    children = b"\x00\x00\x00\x01" + b"\x00\x00\x00\x08" + b"\x00\x00\x00\x01/" + b"\x00"
    with socket.create_connection((LOOPBACK, flink.stack.settings.zookeeper_port), timeout=30) as asked:
        asked.sendall(connect)
        assert asked.recv(4096)
        asked.sendall(len(children).to_bytes(4, "big") + children)
        answer = asked.recv(4096)
        # Header alone: length, xid, zxid, error -124 (SESSIONCLOSEDREQUIRESASLAUTH); then it hangs up.
        assert answer[16:20] == (-124).to_bytes(4, "big", signed=True)
        assert len(answer) == 20
        assert asked.recv(4096) == b""
