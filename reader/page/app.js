// Addresses to views, and the list of stories kept live.
import * as views from "/page/views.js";

const REFRESH_MS = 4000;
const main = document.getElementById("main");
const form = document.getElementById("search");
const stale = document.getElementById("stale");
const pulse = document.getElementById("pulse");
const lane = new URLSearchParams(location.search).get("lane");
let visit = 0;
let timer = 0;

async function ask(path, parameters = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value));
  if (lane) query.set("lane", lane);
  let response;
  try {
    response = await fetch(`${path}?${query}`, { headers: { Accept: "application/json" } });
  } catch {
    throw { title: "The reader does not answer", detail: "The connection failed.", remedy: "Is it running? This page tries again by itself." };
  }
  const said = await response.json().catch(() => null);
  if (response.ok && said) return said;
  throw said?.title ? said : { title: "The reader failed", detail: `Status ${response.status}.`, remedy: "Look at its log." };
}

function show(title, ...content) {
  document.title = title ? `${title} · Tidewire` : "Tidewire";
  main.replaceChildren(...content);
  main.setAttribute("aria-busy", "false");
}

async function home(mine) {
  let known = null;
  let drawn = "";
  const draw = async () => {
    try {
      const answer = await ask("/api/stories");
      if (mine !== visit) return;
      const now = JSON.stringify(answer);
      if (now !== drawn) {
        const focused = document.activeElement?.closest?.("#main a")?.getAttribute("href");
        show("", views.el("h1", {}, "Stories moving"), views.stories(answer, known));
        if (focused) main.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
        known = new Map(answer.stories.map((story) => [story.id, story.revision]));
        drawn = now;
      }
    } catch (error) {
      if (mine !== visit) return;
      if (!known) show("", views.problem(error));
    }
    timer = setTimeout(draw, REFRESH_MS);
  };
  await draw();
}

async function search(mine) {
  const asked = new URLSearchParams(location.search);
  form.q.value = asked.get("q") ?? "";
  form.kind.value = asked.get("kind") ?? "";
  if (!form.q.value.trim()) return home(mine);
  const answer = await ask("/api/search", { q: form.q.value, kind: form.kind.value });
  if (mine !== visit) return;
  show(form.q.value, views.el("h1", {}, `Results for “${form.q.value}”`), views.results(answer));
}

const one = (path, title, view) => async (mine, ident) => {
  const answer = await ask(`${path}/${ident}`);
  if (mine === visit) show(title(answer), view(answer));
};

async function compare(mine) {
  const [lanes, made] = await Promise.all([ask("/api/lanes"), ask("/api/comparisons")]);
  if (mine === visit) show("Lanes", views.lanes(lanes, lane), views.comparisons(made));
}

const ROUTES = [
  [/^\/$/, home],
  [/^\/search$/, search],
  [/^\/compare$/, compare],
  [/^\/stories\/([^/]+)$/, one("/api/stories", (answer) => answer.title, views.story)],
  [/^\/briefs\/([^/]+)$/, one("/api/briefs", (answer) => answer.headline, views.brief)],
];

async function go() {
  const mine = ++visit;
  clearTimeout(timer);
  main.setAttribute("aria-busy", "true");
  for (const [pattern, view] of ROUTES) {
    const match = pattern.exec(location.pathname);
    if (!match) continue;
    try {
      await view(mine, match[1]);
    } catch (error) {
      if (mine !== visit) return;
      show("Problem", views.problem(error.title ? error : { title: "This page made a mistake", detail: String(error), remedy: "Reload it." }));
    }
    return;
  }
}

function navigate(href) {
  const target = new URL(href, location.href);
  if (lane) target.searchParams.set("lane", lane);
  history.pushState(null, "", target);
  scrollTo(0, 0);
  go().then(() => main.focus({ preventScroll: true }));
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-inside]");
  if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  navigate(link.getAttribute("href"));
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const query = new URLSearchParams([["q", form.q.value], ["kind", form.kind.value]].filter(([, value]) => value));
  navigate(`/search?${query}`);
});
addEventListener("popstate", go);

// What stands below may be old, and says so itself nowhere else.
function showStale(jobs) {
  const standing = jobs.filter((each) => each.stands);
  const named = standing.map((each) => `the job ${each.job} has not read the log for ${views.span(each.behind_s)}`).join(", ");
  const text = named && `Nothing new is worked through: ${named}. What is shown may be out of date; ./tw status tells why.`;
  if (stale.textContent !== text) stale.textContent = text;
  stale.hidden = !text;
  return Boolean(text);
}

async function beat() {
  try {
    const counts = await ask("/api/counts");
    const response = await fetch("/ready");
    const ready = await response.json();
    const stands = showStale(ready.jobs ?? []);
    pulse.className = `pulse ${ready.status === "ready" && ready.lag === 0 ? "ready" : "behind"}`;
    const lag = stands ? "standing still" : ready.lag === null ? "index not fed" : ready.lag === 0 ? "up to date" : `${ready.lag} behind`;
    pulse.textContent = `${counts.current_articles} articles · ${counts.stories} stories · ${counts.current_briefs} briefs · ${lag}`;
  } catch {
    pulse.className = "pulse down";
    pulse.textContent = "no connection";
  }
  setTimeout(beat, REFRESH_MS * 2);
}

go();
beat();
