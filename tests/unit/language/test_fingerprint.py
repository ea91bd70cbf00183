"""Hashes of documents, and trace ids."""

from language.fingerprint import body_hash, trace_id


def test_a_document_s_hash_is_of_its_bytes() -> None:
    assert body_hash(b"") == "e3b0c44298fc1c149afbf4c8996fb924"
    assert body_hash(b"a") != body_hash(b"b")


def test_a_trace_id_follows_from_what_is_traced() -> None:
    assert trace_id("a", "b") == trace_id("a", "b")
    assert trace_id("a", "b") != trace_id("ab")
    assert len(bytes.fromhex(trace_id("a"))) == 16
