"""Importing the app: in processes of their own, for what is imported first matters."""

import subprocess
import sys


def run(code: str) -> str:
    """What the code prints, or the last line of its error."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def test_faust_takes_the_consumer_that_reads_committed_records() -> None:
    driver = "faust.transport.drivers.aiokafka"
    code = f"import agents.app, {driver} as driver; print(driver.aiokafka.AIOKafkaConsumer.__name__)"
    assert run(code) == "ReadCommitted"


def test_installing_it_too_late_is_refused() -> None:
    code = "import faust.transport.drivers.aiokafka; from agents.committed import install; install()"
    assert run(code).startswith("RuntimeError: import agents.committed")


def test_importing_the_app_starts_nothing() -> None:
    code = "import threading, agents.app; print(threading.active_count())"
    assert run(code) == "1"
