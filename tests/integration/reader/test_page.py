"""The page in a real browser, over a real store; untrusted text stays text."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from reader.api import create_app
from reader.comparisons import Kept
from reader.lanes import LaneView, Library
from reader.progress import Progress, Reading
from reader.settings import ReaderSettings
from replay.compare import page as compare_page
from replay.compare.comparison import compare
from schemas.codec import Codec
from schemas.records import Story, StoryChange
from schemas.registry import LocalSchemas
from sinks.indexer import Indexer
from sinks.settings import IndexSettings
from tests.fakes.index_sample import DAY, HOSTILE, T0, Words, article, member, sample
from tests.support.lanes import LANE, brief
from topics.lane import LIVE, Lane
from topics.settings import BrokerSettings

pytestmark = pytest.mark.integration
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1100,1400",
)
Open = Callable[..., webdriver.Chrome]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    home = tmp_path_factory.mktemp("home")
    index = IndexSettings(TIDEWIRE_HOME=home)  # type: ignore[call-arg]
    made = Library(ReaderSettings(), index, BrokerSettings(), Codec(LocalSchemas()), Words())
    made.open()
    view = made.view("live")
    Indexer(view.store, view.name, made.encoder).index(sample())
    yield made
    made.stop()


@pytest.fixture(scope="module")
def address(library: Library) -> Iterator[str]:
    # Without the lifespan: no broker is asked for.
    config = uvicorn.Config(create_app(library), port=0, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = threading.Event()
    for _ in range(300):
        if server.started or deadline.wait(0.1):
            break
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    yield f"http://{host}:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    if BROWSER is None or DRIVER is None:
        pytest.skip("no Chromium with ChromeDriver on this machine; install chromium and chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def visit(browser: webdriver.Chrome, address: str) -> Iterator[Open]:
    """Opens an address of the page and waits until it is drawn; afterwards nothing was blocked or thrown."""
    browser.get_log("browser")  # type: ignore[no-untyped-call]

    def opened(path: str) -> webdriver.Chrome:
        browser.get(address + path)
        drawn(browser)
        return browser

    yield opened
    said = [each["message"] for each in browser.get_log("browser")]  # type: ignore[no-untyped-call]
    assert [each for each in said if "/ready" not in each] == []


def drawn(browser: webdriver.Chrome) -> None:
    WebDriverWait(browser, 20).until(
        lambda page: page.find_element(By.ID, "main").get_attribute("aria-busy") == "false"
    )


def found(browser: webdriver.Chrome, selector: str) -> list[WebElement]:
    return browser.find_elements(By.CSS_SELECTOR, selector)


def shot(browser: webdriver.Chrome, name: str) -> None:
    """Keeps a picture when asked to, for eyes to look at."""
    folder = os.environ.get("TIDEWIRE_TEST_SCREENSHOTS")
    if folder:
        browser.save_screenshot(str(Path(folder) / f"{name}.png"))


def test_the_list_of_stories_with_their_briefs(visit: Open) -> None:
    page = visit("/")
    titles = [each.text for each in found(page, "#stories h3")]
    assert titles == [f"{HOSTILE} volcano", "Dockers end strike at the port of Rovigo"]
    assert found(page, "#stories .briefs a")[1].text == "Port strike halts Rovigo"
    shot(page, "home")


def test_a_story_that_moves_appears_by_itself(visit: Open, library: Library) -> None:
    page = visit("/")
    new = article("a9", "Ferries resume from Rovigo", T0 + 2 * DAY, story_id="s9")
    moved = Story(
        story_id="s9",
        opened_at=T0 + 2 * DAY,
        updated_at=T0 + 2 * DAY,
        change=StoryChange.NEW,
        articles=(member(new),),
        article_count=1,
    )
    view = library.view("live")
    Indexer(view.store, view.name, library.encoder).index([new, moved])
    WebDriverWait(page, 20).until(lambda p: found(p, "#stories h3")[0].text == "Ferries resume from Rovigo")
    assert len(found(page, "#stories > li.fresh")) == 1


def test_search_by_keyboard_with_results_and_their_outlets(visit: Open) -> None:
    page = visit("/")
    box = page.find_element(By.ID, "q")
    box.send_keys("port strike Rovigo", Keys.ENTER)
    WebDriverWait(page, 20).until(lambda p: found(p, "#results li"))
    assert "/search?q=port+strike+Rovigo" in page.current_url
    text = page.find_element(By.ID, "results").text
    assert "harbour.example" in text
    assert "articles.raw-3@1207" in text
    assert {each.get_attribute("data-kind") for each in found(page, "#results > li")} == {"brief", "article"}
    shot(page, "search")
    page.back()
    WebDriverWait(page, 20).until(lambda p: found(p, "#stories"))


def test_nothing_found_is_said_plainly(visit: Open) -> None:
    page = visit("/search?q=qwxzjk")
    assert "Nothing found for “qwxzjk”" in page.find_element(By.ID, "main").text
    shot(page, "empty")


def test_clicking_a_citation_shows_quote_outlet_date_and_place(visit: Open) -> None:
    page = visit("/briefs/b2")
    assert found(page, ".source") == []
    cite = found(page, ".statements .cite")[0]
    cite.click()
    (source,) = found(page, ".source")
    assert "“Cranes stood still”" in source.text
    assert "harbour.example" in source.text
    assert "articles.raw-3@1207" in source.text
    assert source.find_element(By.TAG_NAME, "time").get_attribute("datetime") == "2025-11-24T23:59:00Z"
    link = source.find_element(By.TAG_NAME, "a")
    assert link.get_attribute("href") == "https://harbour.example/a1"
    assert "noopener" in (link.get_attribute("rel") or "")
    assert cite.get_attribute("aria-expanded") == "true"
    shot(page, "brief")
    cite.send_keys(Keys.ESCAPE)
    assert found(page, ".source") == []


def test_a_superseded_brief_leads_to_the_later_one(visit: Open) -> None:
    page = visit("/briefs/b1")
    page.find_element(By.LINK_TEXT, "Read it").click()
    WebDriverWait(page, 20).until(lambda p: p.current_url.endswith("/briefs/b2"))
    drawn(page)


def test_a_story_with_its_articles(visit: Open) -> None:
    page = visit("/stories/s1")
    assert len(found(page, "#articles > li")) == 3
    assert "wire copy" in page.find_element(By.ID, "articles").text
    shot(page, "story")


@pytest.mark.parametrize(
    "path", ["/", "/search?q=volcano", "/stories/s2", "/briefs/b3", f"/search?q={HOSTILE}"]
)
def test_hostile_text_stays_text(visit: Open, path: str) -> None:
    page = visit(path.replace("&", "%26"))
    main = page.find_element(By.ID, "main")
    assert HOSTILE in main.text
    assert main.find_elements(By.CSS_SELECTOR, "script, img, iframe, [onerror]") == []
    hrefs = [each.get_attribute("href") or "" for each in main.find_elements(By.TAG_NAME, "a")]
    assert not [each for each in hrefs if each.startswith("javascript:")]


def test_lanes_and_what_became_of_comparing_them(visit: Open, library: Library) -> None:
    hostile = replace(LANE, briefs=(brief(HOSTILE),))
    said = compare_page.page(compare(hostile, LANE), "live", "check", above="/compare")
    library.comparisons.keep(kept(said))
    shown = visit("/")
    shown.find_element(By.LINK_TEXT, "Lanes and comparisons").click()
    WebDriverWait(shown, 20).until(lambda p: found(p, "#comparisons li"))
    assert [each.text for each in found(shown, "#lanes a[aria-current]")] == ["live"]
    shot(shown, "lanes")
    shown.find_element(By.LINK_TEXT, "live beside check").click()
    WebDriverWait(shown, 20).until(lambda p: "live beside check" in p.title)
    assert shown.find_element(By.CSS_SELECTOR, "h1 .different").text == "different"
    for each in found(shown, "details"):
        each.find_element(By.TAG_NAME, "summary").click()
    assert HOSTILE in shown.find_element(By.TAG_NAME, "body").text
    assert found(shown, "script, img, iframe, [onerror]") == []
    shot(shown, "comparison")
    shown.find_element(By.LINK_TEXT, "All comparisons").click()
    WebDriverWait(shown, 20).until(lambda p: found(p, "#comparisons li"))


def test_nothing_on_a_comparison_can_run(browser: webdriver.Chrome, address: str, library: Library) -> None:
    """Even if it had not been escaped."""
    library.comparisons.keep(kept("<title>before</title><script>document.title = 'after'</script>"))
    browser.get(f"{address}/compare/live/check")
    assert browser.title == "before"
    said = [each["message"] for each in browser.get_log("browser")]  # type: ignore[no-untyped-call]
    assert any("script" in each for each in said)


def kept(said: str) -> Kept:
    return Kept(
        first=LIVE, second=Lane("check"), compared_at=datetime.now(UTC), verdict="different", page=said
    )


def test_what_is_not_there_is_said_with_what_to_do(browser: webdriver.Chrome, address: str) -> None:
    browser.get(f"{address}/briefs/none")
    drawn(browser)
    alert = browser.find_element(By.CSS_SELECTOR, "[role=alert]")
    assert "There is no brief none in lane live." in alert.text
    assert "/ready" in alert.text
    shot(browser, "missing")


def test_a_job_that_stands_still_is_said_above_everything(
    visit: Open, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Progress, "take", lambda _: [Reading("articles", 0.0), Reading("stories", 7200.0)])
    monkeypatch.setattr(LaneView, "behind", lambda _: {"briefs": 0})
    monkeypatch.setattr(LaneView, "indexing", property(lambda _: True))
    monkeypatch.setattr(library.view("live"), "caught_up", True)
    page = visit("/")
    told = page.find_element(By.ID, "stale")
    WebDriverWait(page, 20).until(lambda _: told.is_displayed())
    assert "the job stories has not read the log for 2 h" in told.text
    assert "articles" not in told.text
    assert told.get_attribute("role") == "status"
    pulse = page.find_element(By.ID, "pulse")
    assert "standing still" in pulse.text
    assert "behind" in (pulse.get_attribute("class") or "")
    shot(page, "stale")
    monkeypatch.setattr(Progress, "take", lambda _: [Reading("stories", 0.0)])
    WebDriverWait(page, 30).until(lambda _: not told.is_displayed())


def test_everything_has_a_name_and_can_be_reached_by_keyboard(visit: Open) -> None:
    page = visit("/briefs/b2")
    for control in found(page, "input, select, textarea"):
        assert found(page, f"label[for={control.get_attribute('id')}]")
    for each in found(page, "button, a"):
        assert (
            each.get_attribute("aria-label") or each.text or each.get_attribute("textContent") or ""
        ).strip()
    assert page.find_element(By.TAG_NAME, "html").get_attribute("lang") == "en"
    page.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    assert page.switch_to.active_element.text == "Skip to content"
    assert len(found(page, "h1")) == 1


def test_a_narrow_dark_screen_has_no_sideways_scroll(visit: Open) -> None:
    page = visit("/briefs/b2")
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": dark})
    page.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 360, "height": 900, "deviceScaleFactor": 1, "mobile": True},
    )
    try:
        found(page, ".statements .cite")[0].click()
        width = page.execute_script("return document.documentElement.scrollWidth")  # type: ignore[no-untyped-call]
        assert width <= 360
        background = page.find_element(By.TAG_NAME, "body").value_of_css_property("background-color")
        assert background == "rgba(20, 24, 27, 1)"
        shot(page, "narrow-dark")
    finally:
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
        page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
