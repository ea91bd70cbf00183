"""The command line as a whole: what it says when nothing runs, when it is told nonsense, and on Ctrl-C."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pytest

from replay.run import replays
from stack.settings import LOOPBACK
from tidewire import cli, entry, places
from tidewire.places import stack_settings
from topics.answering import answers
from topics.lane import LIVE, Lane
from topics.settings import BrokerSettings


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left."""

    status: int
    out: str
    err: str


Tw = Callable[..., Done]


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Bound and not listened at: nobody else gets it, and connections are refused."""
    with socket.socket() as held:
        held.bind((LOOPBACK, 0))
        yield held.getsockname()[1]


@pytest.fixture
def environment(tmp_path: Path, closed_port: int) -> Iterator[None]:
    """A home of the test's own, where nothing runs. Commands add to the environment: undone after."""
    before = dict(os.environ)
    for name in before:
        if name.startswith("TIDEWIRE_"):
            del os.environ[name]
    os.environ |= {"TIDEWIRE_HOME": str(tmp_path), "TIDEWIRE_STACK_KAFKA_PORT": str(closed_port)}
    stack_settings.cache_clear()
    yield
    stack_settings.cache_clear()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def tw(environment: None, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Tw:
    """Runs a command in this process, with all that it and its libraries print."""

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["tidewire", *arguments])
        with pytest.raises(SystemExit) as ended:
            entry.main()
        said = capfd.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    return run


def test_without_a_broker_there_is_one_clear_line(tw: Tw, closed_port: int, tmp_path: Path) -> None:
    subscriptions = tmp_path / "one.csv"
    subscriptions.write_text("https://a.example/f\n")
    for arguments in (
        ["topics"],
        ["feeds", "list"],
        ["feeds", "import", str(subscriptions)],
        ["jobs", "submit"],
        ["spend"],
        ["replay", "compare", "live", "check"],
        ["rebuild", "b"],
        ["feedback", "--table"],
        ["replay", "list"],
        ["replay", "start", "--lane", "check", "--yes"],
        ["replay", "drop", "check"],
    ):
        done = tw(*arguments)
        assert done.status == 1, arguments
        assert done.out == ""
        assert done.err == (
            f"Kafka at 127.0.0.1:{closed_port} does not answer. "
            "`./tw status` tells what runs, `./tw up` starts it.\n"
        )


def test_what_readers_are_shown_can_be_taken_back_without_a_broker(tw: Tw) -> None:
    assert "readers are shown lane live" in tw("replay", "promote", "live").err


@pytest.mark.parametrize(
    "arguments",
    [
        ["replay", "compare", "live", "nope"],
        ["rebuild", "b", "--lane", "nope"],
        ["spend", "--lane", "nope"],
        ["feedback", "--table", "--lane", "nope"],
    ],
)
def test_a_lane_that_is_not_there_is_named(
    tw: Tw, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setattr(places, "answers", lambda _: True)
    monkeypatch.setattr(places, "lanes", lambda _: [LIVE, Lane("check")])
    done = tw(*arguments)
    assert (done.status, done.out) == (1, "")
    assert done.err == "there is no lane nope; `./tw replay list` names them\n"
    assert places.known_lane("check") == Lane("check")


@pytest.mark.parametrize(
    ("lane", "said"),
    [
        ("nope", "there is no lane nope; there are check\n"),
        ("live", "the live lane is not dropped; to start over empty TIDEWIRE_HOME\n"),
    ],
)
def test_what_cannot_be_dropped_is_not_asked_about(
    tw: Tw, monkeypatch: pytest.MonkeyPatch, lane: str, said: str
) -> None:
    monkeypatch.setattr(places, "answers", lambda _: True)
    monkeypatch.setattr(replays, "lanes_with_topics", lambda _: [LIVE, Lane("check")])
    done = tw("replay", "drop", lane)
    assert (done.status, done.out, done.err) == (1, "", said)


def test_a_port_that_is_none_is_named_by_its_variable(tw: Tw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEWIRE_STACK_KAFKA_PORT", "abc")
    done = tw("up")
    assert done.status == 1
    assert done.err.startswith("TIDEWIRE_STACK_KAFKA_PORT=abc: input should be a valid integer")
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x1b[2J", "no text but binary data, so no OPML"),
        (b'<opml><body>\n<outline xmlUrl="https://a', "line 2: the file ends here without </opml>"),
    ],
)
def test_a_broken_list_of_feeds_says_so_and_echoes_no_control_character(
    tw: Tw, tmp_path: Path, content: bytes, said: str
) -> None:
    broken = tmp_path / "broken.opml"
    broken.write_bytes(content)
    done = tw("feeds", "import", str(broken))
    assert done.status == 1
    assert said in done.err
    assert all(each.isprintable() or each == "\n" for each in done.out + done.err)


def test_a_list_of_feeds_is_read_from_standard_input(tw: Tw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert tw("feeds", "import", "-").err.startswith("standard input: the file is empty; ")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"https://a.example/f\n")))
    # It was understood, and the broker was asked for.
    assert "does not answer" in tw("feeds", "import", "-").err


def test_a_list_of_feeds_that_is_not_there_is_named(tw: Tw, tmp_path: Path) -> None:
    for path, why in ((tmp_path / "none", "No such file or directory"), (tmp_path, "Is a directory")):
        done = tw("feeds", "import", str(path))
        assert (done.status, done.out) == (1, "")
        assert done.err == f"{path}: cannot be read: {why}; nothing was imported\n"


def test_a_proxy_in_the_environment_is_not_asked_for_what_is_here(
    environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "ignored.example")
    monkeypatch.setenv("no_proxy", "example.org")
    stack_settings()
    assert os.environ["NO_PROXY"] == os.environ["no_proxy"] == "example.org,127.0.0.1,localhost"


def test_usage_names_the_program_as_it_was_called(tw: Tw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEWIRE_CALLED_AS", "./tw")
    done = tw("feeds", "--help")
    assert "Usage: ./tw feeds [OPTIONS]" in done.out


def test_the_version_is_told_without_a_stack(tw: Tw) -> None:
    done = tw("--version")
    assert (done.status, done.out, done.err) == (0, f"tidewire {version('tidewire')}\n", "")


def test_a_program_without_a_log_is_told_with_those_that_have_one(tw: Tw, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir(mode=0o700)
    (tmp_path / "logs" / "kafka.log").write_text("one\ntwo\n")
    assert tw("logs", "kafka", "-n", "1").out == "two\n"
    assert tw("logs", "kafak").err == "kafak has no log here. There are: kafka.\n"


def test_ctrl_c_ends_with_130_and_no_traceback(environment: None) -> None:
    with socket.create_server((LOOPBACK, 0)) as mute:
        url = f"http://{LOOPBACK}:{mute.getsockname()[1]}"
        running = subprocess.Popen(
            [sys.executable, "-m", "tidewire.entry", "search", "strike"],
            env={**os.environ, "TIDEWIRE_READER_URL": url},
            stderr=subprocess.PIPE,
            text=True,
            # Whoever runs the tests in the background lets them ignore it, and they would pass that on.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        mute.settimeout(200)
        # Until it has asked and waits for its answer, it may be anybody who knocks at this port.
        while (asked := mute.accept()[0]).recv(4) != b"GET ":
            asked.close()
        with asked:
            running.send_signal(signal.SIGINT)
            _, said = running.communicate(timeout=200)
    assert running.returncode == 130, said
    assert "Traceback" not in said


def test_ctrl_c_outside_a_command_is_no_different(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "main", interrupted)
    with pytest.raises(SystemExit) as ended:
        entry.main()
    assert ended.value.code == 130


def test_a_broker_that_listens_and_says_nothing_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("topics.answering.METADATA_S", 0.3)
    with socket.create_server((LOOPBACK, 0)) as mute:
        assert not answers(BrokerSettings(bootstrap=f"{LOOPBACK}:{mute.getsockname()[1]}"))
    assert capfd.readouterr().err == ""
