"""The one table of topics holds together."""

from schemas.records import SCHEMA_FILES
from topics.catalogue import ARTICLES_RAW, BRIEFS, TOPICS


def test_every_record_has_a_topic() -> None:
    assert {topic.record for topic in TOPICS.values()} == set(SCHEMA_FILES.values())


def test_co_keyed_topics_have_equal_partition_counts() -> None:
    assert {topic.partitions for topic in TOPICS.values()} == {6}


def test_the_raw_log_is_stamped_by_the_broker() -> None:
    assert TOPICS[ARTICLES_RAW].config()["message.timestamp.type"] == "LogAppendTime"


def test_briefs_keep_the_latest_of_each_key() -> None:
    assert TOPICS[BRIEFS].config()["cleanup.policy"] == "compact"
    assert "retention.ms" not in TOPICS[BRIEFS].config()
