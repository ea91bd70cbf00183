"""The API over a real embedded store."""

from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from reader.api import create_app
from reader.lanes import Library
from reader.shown import story_summary
from schemas.records import Brief, Feedback, Story, StoryChange, Verdict
from schemas.takedown import Takedown
from sinks.documents import document
from sinks.indexer import Indexer
from tests.fakes.index_sample import DAY, T0, sample


def get(client: TestClient, path: str, status: int = 200, **parameters: Any) -> Any:
    response = client.get(path, params=parameters)
    assert response.status_code == status, response.text
    return response.json()


def test_search_ranks_briefs_and_articles_with_outlet_date_and_score(client: TestClient) -> None:
    found = get(client, "/api/search", q="port strike Rovigo")["results"]
    assert {each["kind"] for each in found} == {"brief", "article"}
    assert [each["score"] for each in found] == sorted((each["score"] for each in found), reverse=True)
    brief = next(each for each in found if each["kind"] == "brief")
    assert (brief["id"], brief["outlet"], brief["outlets"]) == ("b2", "world desk", ["harbour.example"])
    article = next(each for each in found if each["id"] == "a1")
    assert article["date"] == "2025-11-24T23:59:00Z"
    assert article["place"] == "articles.raw-3@1207"


def test_only_the_latest_is_found_unless_asked(client: TestClient) -> None:
    def titles(**more: Any) -> list[str]:
        found = get(client, "/api/search", q="dockers strike port Rovigo", kind="article", **more)["results"]
        return [each["title"] for each in found if each["id"] == "a1"]

    assert titles() == ["Dockers end strike at the port of Rovigo"]
    assert titles(as_of="2025-11-25T00:00:04Z") == ["Dockers strike at the port of Rovigo"]
    assert len(titles(superseded=True)) == 2
    briefs = get(client, "/api/search", q="port strike", kind="brief", superseded=True)["results"]
    assert {each["id"]: each["superseded"] for each in briefs}["b1"] is True


def test_wire_copies_are_one_result_with_both_outlets(client: TestClient) -> None:
    found = get(client, "/api/search", q="dockers strike", kind="article", as_of="2025-11-25T00:00:03Z")[
        "results"
    ]
    both = next(each for each in found if each["copies"])
    assert set(both["outlets"]) == {"harbour.example", "wire.example"}
    assert {both["id"], both["copies"][0]["id"]} == {"a1", "a2"}


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({"language": "de"}, {"a3"}),
        ({"desk": "business", "kind": "article"}, {"a4"}),
        ({"from": "2025-11-25T12:00:00Z", "kind": "article"}, {"a4"}),
        ({"to": "2025-11-25", "kind": "article"}, {"a1", "a2", "a3"}),
        ({"kind": "story"}, {"s1", "s2"}),
    ],
)
def test_search_filters(client: TestClient, filters: dict[str, str], ids: set[str]) -> None:
    found = get(client, "/api/search", q="Rovigo Hafenstreik dockers volcano", **filters)["results"]
    assert {each["id"] for each in found} == ids


def test_nothing_found_is_an_empty_answer(client: TestClient) -> None:
    assert get(client, "/api/search", q="qwxzjk")["results"] == []


def test_withheld_briefs_stay_out_of_search_and_lists(client: TestClient) -> None:
    found = get(client, "/api/search", q="port strike", kind="brief", limit=100)["results"]
    assert "b4" not in {each["id"] for each in found}
    assert "b4" not in {each["id"] for each in get(client, "/api/briefs")["briefs"]}
    assert "b4" in {each["id"] for each in get(client, "/api/briefs", withheld=True)["briefs"]}


def test_stories_the_last_to_move_first_without_closed_ones(client: TestClient) -> None:
    stories = get(client, "/api/stories")["stories"]
    assert [(each["id"], each["revision"]) for each in stories] == [("s2", 0), ("s1", 2)]
    assert stories[1]["briefs"] == [{"id": "b2", "desk": "world", "headline": "Port strike halts Rovigo"}]
    assert [each["id"] for each in get(client, "/api/stories", gone=True)["stories"]] == ["s2", "s3", "s1"]
    earlier = get(client, "/api/stories", as_of="2025-11-25T00:00:04Z")["stories"]
    assert [(each["id"], each["revision"]) for each in earlier] == [("s1", 1)]


def test_a_story_with_its_articles_and_briefs(client: TestClient) -> None:
    story = get(client, "/api/stories/s1")
    assert [each["id"] for each in story["articles"]] == ["a1", "a3", "a2"]
    assert story["articles"][0]["title"].startswith("Dockers end")
    assert {each["id"]: each["superseded"] for each in story["all_briefs"]} == {"b1": True, "b2": False}


def test_a_story_says_what_follows_from_it_and_why_not(client: TestClient) -> None:
    goes, stays = get(client, "/api/stories/s1")["decisions"]
    assert (goes["desk"], goes["kind"], goes["due_at"]) == ("world", "ASSIGN", "2025-11-25T00:00:07Z")
    assert (stays["desk"], stays["kind"], stays["due_at"]) == ("dach", "LEAVE", None)
    assert stays["reason"] == "0.10 is below the desk's 0.30"
    grown = get(client, "/api/stories/s1/revisions")["revisions"]
    assert [len(each["decisions"]) for each in grown] == [0, 2]


def test_a_story_of_an_older_view_has_no_decisions() -> None:
    payload = document(Story(story_id="s", opened_at=1, updated_at=1)).payload
    record = {name: value for name, value in payload["record"].items() if name != "decisions"}
    assert story_summary({**payload, "record": record}).decisions == []


def test_a_brief_with_numbered_citations_and_coordinates(client: TestClient) -> None:
    brief = get(client, "/api/briefs/b2")
    assert [each["citations"] for each in brief["statements"]] == [[1], [1]]
    (reference,) = brief["references"]
    assert reference["quote"] == "Cranes stood still"
    assert (reference["outlet"], reference["place"]) == ("harbour.example", "articles.raw-3@1207")
    assert (reference["topic"], reference["partition"], reference["offset"]) == ("articles.raw", 3, 1207)
    assert reference["url"] == "https://harbour.example/a1"
    assert reference["revised"] is True
    assert (brief["superseded"], brief["supersedes"]) == (False, ["b1"])


def test_a_superseded_brief_says_by_which(client: TestClient) -> None:
    brief = get(client, "/api/briefs/b1")
    assert (brief["superseded"], brief["superseded_by"]) == (True, ["b2"])


def test_an_article_shows_an_excerpt_and_its_versions_and_never_its_text(client: TestClient) -> None:
    article = get(client, "/api/articles/a1")
    assert (article["version"], article["superseded"]) == (2, False)
    assert [each["version"] for each in article["versions"]] == [1, 2]
    assert article["versions"][0]["known_to"] == "2025-11-25T00:00:05Z"
    earlier = get(client, "/api/articles/a1", version=1)
    assert (earlier["title"], earlier["superseded"]) == ("Dockers strike at the port of Rovigo", True)


def test_no_answer_carries_an_articles_full_text(client: TestClient) -> None:
    for path in ("/api/articles/a1", "/api/stories/s1", "/api/briefs/b2", "/api/search?q=dockers+cranes"):
        assert client.get(path).text.count("Cranes stood still at the quay. Cranes") < 20
        assert "Cranes stood still at the quay. " * 12 not in client.get(path).text


def test_counts(client: TestClient) -> None:
    assert get(client, "/api/counts") == {
        "lane": "live",
        "articles": 5,
        "current_articles": 4,
        "stories": 3,
        "story_revisions": 4,
        "briefs": 4,
        "current_briefs": 3,
        "latest_briefs": 3,
    }


def test_lanes_and_health(client: TestClient) -> None:
    (lane,) = get(client, "/api/lanes")["lanes"]
    assert (lane["name"], lane["live"], lane["indexing"]) == ("live", True, False)
    assert get(client, "/health") == {"status": "ok"}
    assert "tidewire_search_seconds" in client.get("/metrics").text


def test_not_ready_while_nothing_feeds_the_index(client: TestClient) -> None:
    said = get(client, "/ready", 503)
    assert (said["status"], said["lag"]) == ("not ready", None)


@pytest.mark.parametrize(
    ("path", "status", "what"),
    [
        ("/api/briefs/none", 404, "brief none"),
        ("/api/stories/none", 404, "story none"),
        ("/api/articles/none", 404, "article none"),
        ("/api/articles/a1?version=9", 404, "article a1"),
        ("/api/search?q=x&lane=nowhere", 404, "nowhere"),
        ("/api/search", 422, "q: Field required"),
        ("/api/search?q=+", 422, "q: "),
        ("/api/search?q=x&limit=1000", 422, "limit: "),
        ("/api/search?q=x&from=yesterday", 422, "from: "),
        ("/api/search?q=x&kind=rumour", 422, "kind: "),
        ("/api/none", 404, "GET /api/none"),
    ],
)
def test_errors_say_what_where_and_what_to_do(client: TestClient, path: str, status: int, what: str) -> None:
    response = client.get(path)
    assert response.headers["content-type"] == "application/problem+json"
    said = response.json()
    assert (said["status"], said["instance"]) == (status, path.partition("?")[0])
    assert what in said["detail"]
    assert said["title"]
    assert said["remedy"]


def test_what_was_taken_down_is_found_no_more(filled: Library) -> None:
    client = TestClient(create_app(filled), "http://localhost", raise_server_exceptions=False)
    view = filled.view("live")
    Indexer(view.store, view.name, filled.encoder).index([Takedown(article_id="a1", reason="why").record(0)])
    assert get(client, "/api/articles/a1", 404)["title"] == "No such article"
    found = get(client, "/api/search", q="dockers port strike Rovigo", superseded=True)["results"]
    assert {each["id"] for each in found if each["story_id"] == "s1"} == {"a2", "a3"}
    story = get(client, "/api/stories/s1")
    assert [each["id"] for each in story["articles"]] == ["a3", "a2"]
    assert {each["headline"] for each in story["all_briefs"]} == {"Withheld"}
    brief = get(client, "/api/briefs/b1")
    assert (brief["status"], brief["references"], brief["superseded_by"]) == ("WITHHELD", [], ["b2"])
    revisions = get(client, "/api/stories/s1/revisions")["revisions"]
    assert [each["lead"] for each in revisions] == ["", ""]
    assert [each["outlets"] for each in revisions] == [["wire.example"], ["wire.example", "kai.example"]]


def test_a_closed_index_is_a_503_that_says_so(filled: Library) -> None:
    client = TestClient(create_app(filled), "http://localhost")
    filled.view("live").store.close()
    said = get(client, "/api/counts", 503)
    assert "closed" in said["detail"]


def test_only_get_is_answered(client: TestClient) -> None:
    response = client.post("/api/briefs", json={})
    assert response.status_code == 405
    assert "only reads" in response.json()["remedy"]


def test_openapi_describes_every_address_and_its_errors(client: TestClient) -> None:
    described = get(client, "/openapi.json")
    for path in (
        "search",
        "stories",
        "stories/{story_id}",
        "briefs",
        "briefs/{brief_id}",
        "articles/{article_id}",
        "lanes",
        "counts",
    ):
        answers = described["paths"][f"/api/{path}"]["get"]["responses"]
        assert "$ref" in answers["200"]["content"]["application/json"]["schema"]
        assert {"404", "422", "503"} <= answers.keys()


def test_the_page_is_strict_about_what_it_loads(client: TestClient) -> None:
    for path in ("/", "/search?q=x", "/stories/s1", "/briefs/b2", "/page/app.js", "/api/stories"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
    page = client.get("/").text
    assert "http://" not in page
    assert "https://" not in page
    assert "style=" not in page


def test_how_a_story_grew_and_how_far_it_was_at_a_moment(client: TestClient) -> None:
    grown = get(client, "/api/stories/s1/revisions")["revisions"]
    assert [(each["revision"], each["articles_count"]) for each in grown] == [(1, 2), (2, 3)]
    early = get(client, "/api/stories/s1/revisions", as_of="2025-11-25T00:00:04Z")["revisions"]
    assert [each["revision"] for each in early] == [1]
    get(client, "/api/stories/s1/revisions", status=404, as_of="2025-11-24T00:00:00Z")
    get(client, "/api/stories/nowhere/revisions", status=404)


def test_marks_stand_with_their_brief_in_whatever_order_they_came(filled: Library) -> None:
    view = filled.view("live")
    indexer = Indexer(view.store, view.name, filled.encoder)
    late = Feedback(brief_id="b2", given_at=2_000, verdict=Verdict.USEFUL)
    early = Feedback(brief_id="b2", given_at=1_000, verdict=Verdict.WRONG, statement=2, note="<b>no</b>")
    unborn = Feedback(brief_id="b9", given_at=1_000, verdict=Verdict.NOT_THIS_STORY)
    client = TestClient(create_app(filled), "http://localhost")
    before = get(client, "/api/counts")
    indexer.index([late, unborn])
    indexer.index([early, late])
    marks = get(client, "/api/briefs/b2")["marks"]
    assert [(each["verdict"], each["statement"], each["note"]) for each in marks] == [
        ("WRONG", 2, "<b>no</b>"),
        ("USEFUL", None, ""),
    ]
    assert get(client, "/api/briefs/b1")["marks"] == []
    indexer.index([replace(each, brief_id="b9") for each in sample() if isinstance(each, Brief)][:1])
    assert [each["verdict"] for each in get(client, "/api/briefs/b9")["marks"]] == ["NOT_THIS_STORY"]
    assert get(client, "/api/counts") == {
        **before,
        **{n: before[n] + 1 for n in ("briefs", "current_briefs")},
    }
    assert all(
        each["kind"] != "feedback" for each in get(client, "/api/search", q="useful wrong no")["results"]
    )


def test_a_merged_story_leads_to_the_other_which_has_its_articles_and_briefs(filled: Library) -> None:
    """Only what the log says later is indexed: articles and briefs of "s2" stay filed under it."""
    into = {"story_id": "s2", "opened_at": T0 + DAY, "change": StoryChange.MERGED}
    gone = Story(**into, updated_at=T0 + 2 * DAY, revision=1, merged_into="s1")
    kept = Story(
        story_id="s1",
        opened_at=T0,
        updated_at=T0 + 2 * DAY,
        change=StoryChange.GREW,
        revision=3,
        absorbed=("s2",),
    )
    view = filled.view("live")
    Indexer(view.store, view.name, filled.encoder).index([gone, kept])
    client = TestClient(create_app(filled), "http://localhost")
    assert get(client, "/api/stories/s2")["merged_into"] == "s1"
    story = get(client, "/api/stories/s1")
    assert (story["absorbed"], story["merged_into"]) == (["s2"], None)
    assert {each["id"] for each in story["articles"]} >= {"a1", "a4"}
    assert {each["id"] for each in story["all_briefs"]} >= {"b2", "b3"}
    assert [each["id"] for each in get(client, "/api/stories")["stories"]] == ["s1"]


def test_the_beginning_of_an_id_is_enough_where_one_alone_begins_so(filled: Library) -> None:
    view, made = filled.view("live"), next(each for each in sample() if isinstance(each, Brief))
    ids = ("3c3f5a1e-0000-5000-8000-000000000001", "3c3f5a1e-0000-5000-8000-000000000002", "9d0c1b2a-3333")
    Indexer(view.store, view.name, filled.encoder).index([replace(made, brief_id=each) for each in ids])
    client = TestClient(create_app(filled), "http://localhost")
    assert get(client, "/api/briefs/9d0c")["id"] == ids[2]
    assert get(client, f"/api/briefs/{ids[0]}")["id"] == ids[0]
    said = get(client, "/api/briefs/3c3f5a", 409)
    assert ids[0] in said["detail"]
    assert ids[1] in said["detail"]
    # Too little to mean one of them.
    get(client, "/api/briefs/9d0", 404)
    get(client, "/api/briefs/none", 404)
    get(client, "/api/stories/9d0c", 404)
