// Builds the page from the API's answers. Everything from outside is set as text, never as markup.

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

export const inside = (href, ...children) => el("a", { href, "data-inside": true }, ...children);

// Only the web's own schemes: a feed may say javascript: or data:.
export function outside(url, text) {
  let safe = null;
  try {
    const parsed = new URL(url);
    if (parsed.protocol === "https:" || parsed.protocol === "http:") safe = parsed.href;
  } catch { /* shown without a link */ }
  return safe ? el("a", { href: safe, rel: "noopener noreferrer nofollow", target: "_blank" }, text) : text;
}

const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
export const when = (iso) => (iso ? el("time", { datetime: iso, title: iso }, DATE.format(new Date(iso))) : "no date");

export const span = (seconds) => (seconds < 90 ? `${Math.round(seconds)} s` : seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`);

const storyHref = (id) => `/stories/${encodeURIComponent(id)}`;
const briefHref = (id) => `/briefs/${encodeURIComponent(id)}`;
const plural = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
const few = (names, most = 4) => names.slice(0, most).join(", ") + (names.length > most ? ` and ${names.length - most} more` : "");
const tag = (text, warn = false) => el("span", { class: warn ? "tag warn" : "tag" }, text);
const meta = (...parts) => el("p", { class: "meta" }, parts.filter(Boolean).map((part) => el("span", {}, part)));
const KINDS = { brief: "Brief", article: "Article", story: "Story" };
const DECISIONS = { ASSIGN: "goes out", HOLD: "waits", LEAVE: "stays" };
const CHANGES = { NEW: "new", GREW: "growing", REVISED: "revised", MERGED: "merged", CLOSED: "closed" };

export function empty(title, advice) {
  return el("div", { class: "empty" }, el("strong", {}, title), advice);
}

export function problem(said) {
  return el("section", { class: "problem", role: "alert" }, el("h2", {}, said.title), el("p", {}, said.detail), el("p", {}, said.remedy));
}

export function storyItem(story, fresh) {
  return el("li", { class: fresh ? "fresh" : null, "data-id": story.id },
    el("h3", {}, inside(storyHref(story.id), story.title || "Untitled story")),
    meta(tag(CHANGES[story.change] ?? story.change), when(story.updated_at), story.desk && `${story.desk} desk`,
      plural(story.articles_count, "article"), `${plural(story.independent, "independent outlet family", "independent outlet families")}`,
      story.languages.join(", "), story.warmup && tag("warm-up", true)),
    story.lead ? el("p", { class: "snippet" }, story.lead) : null,
    story.outlets.length ? meta(few(story.outlets, 6)) : null,
    story.briefs.length
      ? el("ul", { class: "briefs" }, story.briefs.map((brief) => el("li", {}, inside(briefHref(brief.id), brief.headline || "Brief"), ` — ${brief.desk} desk`)))
      : null);
}

export function stories(answer, known) {
  if (!answer.stories.length) return empty("No stories yet", "They appear here as soon as feeds bring articles.");
  return el("ol", { class: "list", id: "stories" },
    answer.stories.map((story) => storyItem(story, known !== null && known.get(story.id) !== story.revision)));
}

// To another lane the page is loaded anew, for the lane is a part of every address.
export function lanes(answer, shown) {
  const current = shown ?? answer.promoted;
  return el("section", {}, el("h1", {}, "Lanes"),
    el("ul", { class: "list", id: "lanes" }, answer.lanes.map((lane) => el("li", {},
      el("h3", {}, el("a", { href: `/?lane=${encodeURIComponent(lane.name)}`, "aria-current": lane.name === current ? "true" : null }, lane.name)),
      meta(lane.name === answer.promoted && tag("what readers are shown"), lane.name === current && tag("shown now"),
        lane.error && tag(lane.error, true))))));
}

export function comparisons(answer) {
  return el("section", {}, el("h2", {}, "Comparisons"), answer.comparisons.length
    ? el("ul", { class: "list", id: "comparisons" }, answer.comparisons.map((each) => el("li", {},
      el("h3", {}, el("a", { href: each.url }, `${each.first} beside ${each.second}`)),
      meta(tag(each.verdict, each.verdict === "different"), when(each.compared_at)))))
    : empty("No lanes were compared yet", "./tw replay compare live LANE makes a comparison, and it appears here."));
}

export function results(answer) {
  if (!answer.results.length) {
    return empty(`Nothing found for “${answer.query}”`, "Try other words, or fewer; the search goes by meaning and by words.");
  }
  return el("ol", { class: "list", id: "results" }, answer.results.map(resultItem));
}

function resultItem(found) {
  const title = found.title || "Untitled";
  const heading = found.kind === "brief" ? inside(briefHref(found.id), title)
    : found.kind === "story" ? inside(storyHref(found.id), title) : outside(found.url, title);
  return el("li", { "data-kind": found.kind },
    el("h3", {}, heading),
    meta(tag(KINDS[found.kind]), found.outlet, when(found.date), found.language, `score ${found.score.toFixed(2)}`,
      found.place && el("code", {}, found.place), found.superseded && tag("superseded", true),
      ...found.flags.map((flag) => tag(flag, true)),
      found.kind === "article" && found.story_id && inside(storyHref(found.story_id), "its story")),
    found.snippet ? el("p", { class: "snippet" }, found.snippet) : null,
    found.kind !== "article" && found.outlets.length ? meta(`from ${few(found.outlets, 6)}`) : null,
    found.copies.length
      ? el("details", {}, el("summary", {}, `The same text at ${plural(found.copies.length, "other outlet")}`),
        el("ul", {}, found.copies.map((copy) => el("li", {}, outside(copy.url, copy.outlet), " · ", when(copy.date)))))
      : null);
}

export function story(answer) {
  const briefs = answer.all_briefs.filter((brief) => !brief.superseded);
  const earlier = answer.all_briefs.filter((brief) => brief.superseded);
  return el("article", {},
    el("h1", {}, answer.title || "Untitled story"),
    meta(tag(CHANGES[answer.change] ?? answer.change), `revision ${answer.revision}`, `${answer.desk || "no"} desk`,
      el("span", {}, "opened ", when(answer.opened_at)), el("span", {}, "moved ", when(answer.updated_at)),
      plural(answer.articles_count, "article"), `${plural(answer.families, "outlet family", "outlet families")}, ${answer.independent} independent`,
      `${answer.velocity.toFixed(1)} articles/h`),
    answer.merged_into ? el("p", { class: "notice" }, "This story was merged into ", inside(storyHref(answer.merged_into), "another"), ".") : null,
    answer.absorbed.length ? el("p", { class: "meta" }, plural(answer.absorbed.length, "story", "stories"), " turned out to be this one: ",
      answer.absorbed.flatMap((id, n) => [n ? ", " : "", inside(storyHref(id), id.slice(0, 8))])) : null,
    answer.lead ? el("p", { class: "lead" }, answer.lead) : null,
    answer.names.length ? meta(few(answer.names, 12)) : null,
    el("h2", {}, "Briefs"),
    briefs.length ? el("ul", { class: "list" }, briefs.map(briefItem)) : el("p", { class: "quiet" }, "No desk has written about it yet."),
    earlier.length ? el("details", {}, el("summary", {}, plural(earlier.length, "earlier brief")), el("ul", { class: "list" }, earlier.map(briefItem))) : null,
    answer.decisions.length ? el("details", {}, el("summary", {}, "What follows for desks"),
      el("ul", { class: "list", id: "decisions" }, answer.decisions.map(decisionItem))) : null,
    el("h2", {}, "Articles"),
    el("ol", { class: "list", id: "articles" }, answer.articles.map((member) => el("li", {},
      el("h3", {}, outside(member.url, member.title || "Untitled")),
      meta(member.sighting ? `seen at ${member.outlet}` : member.outlet, when(member.published_at), member.language, `grade ${member.reliability}`, el("code", {}, member.place),
        member.version > 1 && tag(`version ${member.version}`), member.duplicate_of && tag(member.sighting ? "shows another outlet's page" : "wire copy", true)),
      member.excerpt ? el("p", { class: "snippet" }, member.excerpt) : null))));
}

function decisionItem(decision) {
  return el("li", {},
    meta(tag(decision.desk ? `${decision.desk} desk` : "no desk"), DECISIONS[decision.kind] ?? decision.kind,
      decision.due_at && when(decision.due_at), `materiality ${decision.materiality.toFixed(2)}`),
    el("p", { class: "snippet" }, decision.reason));
}

function briefItem(brief) {
  return el("li", {},
    el("h3", {}, inside(briefHref(brief.id), brief.headline || "Brief")),
    meta(tag(`${brief.desk} desk`), when(brief.date), plural(brief.citations, "citation"), brief.superseded && tag("superseded", true),
      brief.status !== "PUBLISHED" && tag(brief.status.toLowerCase(), true)),
    brief.bottom_line ? el("p", { class: "snippet" }, brief.bottom_line) : null);
}

function sourceCard(reference) {
  return el("div", { class: "source", id: `source-${reference.number}`, role: "region", "aria-label": `Source ${reference.number}` },
    el("blockquote", {}, `“${reference.quote}”`),
    el("p", {}, reference.sighting ? "seen at " : "", el("strong", {}, reference.outlet || "unknown outlet"), " · ", when(reference.date),
      reference.reliability ? ` · grade ${reference.reliability}` : "", reference.revised ? [" ", tag("the article was revised since", true)] : ""),
    el("p", {}, outside(reference.url, reference.title || reference.url || "no link")),
    el("p", {}, el("code", {}, reference.place ?? "place in the log not recorded"), ` characters ${reference.start}–${reference.end} of version ${reference.version}`));
}

function sentence(said, references, index) {
  const item = el("li", { id: `statement-${index + 1}` });
  const close = () => {
    item.querySelector(".source")?.remove();
    for (const each of item.querySelectorAll(".cite")) each.setAttribute("aria-expanded", "false");
  };
  const cites = said.citations.map((number) => el("button", {
    type: "button", class: "cite", "aria-expanded": "false", "aria-label": `Citation ${number}`,
    onclick: (event) => {
      const open = event.currentTarget.getAttribute("aria-expanded") === "true";
      close();
      if (open) return;
      event.currentTarget.setAttribute("aria-expanded", "true");
      item.append(sourceCard(references.get(number)));
    },
    onkeydown: (event) => { if (event.key === "Escape") close(); },
  }, String(number)));
  const kind = said.kind && said.kind !== "FACT" ? said.kind.toLowerCase() : "";
  const standing = [kind, said.likelihood, said.confidence ? `${said.confidence} confidence` : ""].filter(Boolean).join(", ");
  item.append(...[standing ? tag(standing) : null, said.text, ...cites].filter(Boolean));
  return item;
}

const VERDICTS = { USEFUL: "useful", WRONG: "wrong", NOT_THIS_STORY: "not of this story" };

function mark(said) {
  const about = said.statement === null ? "The brief" : `Statement ${said.statement}`;
  return `${about}: ${VERDICTS[said.verdict] ?? "marked"}${said.note ? ` — ${said.note}` : ""}`;
}

export function brief(answer) {
  const references = new Map(answer.references.map((each) => [each.number, each]));
  const lines = (title, texts) => (texts.length ? [el("h2", {}, title), el("ul", {}, texts.map((text) => el("li", {}, text)))] : []);
  return el("article", {},
    answer.superseded ? el("p", { class: "notice" }, "A later brief has taken the place of this one. ",
      answer.superseded_by.length ? inside(briefHref(answer.superseded_by[0]), "Read it") : null) : null,
    answer.status !== "PUBLISHED" ? el("p", { class: "notice" }, `This brief is ${answer.status.toLowerCase()}.`) : null,
    el("h1", {}, answer.headline || "Brief"),
    meta(tag(`${answer.desk} desk`), el("span", {}, "as known ", when(answer.date)), inside(storyHref(answer.story_id), "the story"),
      plural(answer.independent_families, "independent family", "independent families"), `written: ${answer.writer.toLowerCase()}`),
    answer.bottom_line ? el("p", { class: "lead" }, answer.bottom_line) : null,
    answer.change ? el("p", {}, el("strong", {}, "New: "), answer.change) : null,
    el("ol", { class: "statements" }, answer.statements.map((said, index) => sentence(said, references, index))),
    answer.contradictions.length ? [el("h2", {}, "Where accounts differ"),
      el("ul", { class: "statements" }, answer.contradictions.map((said, index) => sentence(said, references, answer.statements.length + index)))] : [],
    answer.indicators.length ? [el("h2", {}, "Indicators"), el("ul", {}, answer.indicators.map((each) =>
      el("li", {}, `${each.name} (${each.scope}): ${each.value}`, each.z === null ? "" : `, z ${each.z.toFixed(1)}`, " until ", when(each.window_end))))] : [],
    lines("Other readings", answer.alternatives),
    lines("Not known", answer.gaps),
    lines("What readers said", answer.marks.map(mark)),
    el("h2", {}, "Sources"),
    el("ol", { class: "references" }, answer.references.map((each) => el("li", { id: `reference-${each.number}` },
      el("span", { class: "number" }, `[${each.number}]`),
      el("div", {}, el("blockquote", {}, `“${each.quote}”`),
        each.translation ? el("p", { class: "translation" }, el("strong", {}, `Machine translation from ${each.translation.source_language}: `), each.translation.lines.join(" — ")) : null,
        meta(el("strong", {}, each.outlet || "unknown outlet"), when(each.date), outside(each.url, each.title || "link"), el("code", {}, each.place ?? "not recorded")))))),
    el("details", {}, el("summary", {}, "How it was made"),
      meta(el("span", {}, "recipe ", el("code", {}, answer.recipe || "–")), el("span", {}, "content ", el("code", {}, answer.content_hash)),
        `checks passed: ${answer.checks_passed.join(", ") || "none"}`),
      answer.dropped.length ? el("ul", {}, answer.dropped.map((each) => el("li", {}, `dropped (${each.reason}): ${each.text}`))) : null));
}
