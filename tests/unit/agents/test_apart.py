"""Work in a process of its own ends where its CPU time does, and the next goes on."""

from __future__ import annotations

import asyncio
import os
import re

import pytest

from agents.apart import Apart, Ended, Here, TookTooLong


def of_process() -> int:
    return os.getpid()


def spins() -> None:
    while True:
        pass


def searches() -> None:
    # One call that takes ages in C: the engine looks for signals now and then.
    re.search(r"(?:a+)+b", "a" * 60)


def fails(said: str) -> None:
    raise ValueError(said)


def vanishes() -> None:
    os._exit(9)


def test_work_runs_in_another_process_and_errors_come_back() -> None:
    async def main() -> None:
        apart = Apart(cpu_s=5)
        try:
            other = await apart.run(of_process)
            assert other != os.getpid()
            with pytest.raises(ValueError, match="said so"):
                await apart.run(fails, "said so")
            assert await apart.run(of_process) == other
        finally:
            apart.close()

    asyncio.run(main())


def test_what_takes_too_long_is_ended_and_the_next_goes_on() -> None:
    async def main() -> None:
        apart = Apart(cpu_s=1)
        try:
            for endless in (spins, searches):
                with pytest.raises(TookTooLong, match="CPU"):
                    await apart.run(endless)
            assert await apart.run(of_process)
        finally:
            apart.close()

    asyncio.run(main())


def test_a_process_that_is_ended_is_begun_anew() -> None:
    async def main() -> None:
        apart = Apart(cpu_s=5)
        try:
            with pytest.raises(Ended):
                await apart.run(vanishes)
            assert await apart.run(of_process) != os.getpid()
        finally:
            apart.close()

    asyncio.run(main())


def test_here_is_this_process() -> None:
    assert asyncio.run(Here().run(of_process)) == os.getpid()
