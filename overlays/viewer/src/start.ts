/** The first minute: the ways to the first events, and whether they arrive. */
import type { LiveDocument, Way } from "./api.js";
import { copyButton } from "./copy.js";
import { count, counted, fill, h } from "./dom.js";
import type { Context, Shown } from "./screen.js";

/** How often it is asked whether events have come. */
const EVERY_MS = 2000;

export async function showStart(context: Context): Promise<Shown> {
  const { workspace, source } = context;
  const live = h("section", { className: "card live-check", "aria-label": "Arriving now" });
  const since = Date.now();
  let left = false;
  const ask = async (): Promise<void> => {
    if (left) return;
    try {
      const found = await source.live!.arrivals(since);
      if (!left) fill(live, ...arrivals(found, context));
    } catch {
      fill(live, h("p", { className: "soft" }, "The server does not answer."));
    }
    if (!left) setTimeout(() => void ask(), EVERY_MS);
  };
  void ask();
  const empty = !workspace.captures.length;
  const root = h(
    "main",
    { className: "front start", id: "main", tabIndex: -1 },
    h("h1", {}, empty ? "Three ways to the first heat map" : "Add data"),
    h("p", { className: "sub" }, "Any one of them will do. Nothing leaves this machine."),
    h("ol", { className: "ways" }, ...workspace.ways.filter((way) => !/capture|replay/.test(way.id)).map(card)),
    live,
    h("h2", {}, "And then"),
    h("ol", { className: "ways two-ways" }, ...workspace.ways.filter((way) => /capture|replay/.test(way.id)).map(card)),
  );
  return { title: "Add data", root, leave: () => void (left = true) };
}

function card(way: Way): HTMLElement {
  return h(
    "li",
    { className: "card", "data-way": way.id },
    h("h2", {}, way.title, way.done ? h("span", { className: "done" }, " done") : null),
    h("p", { className: "soft" }, way.about),
    ...way.copy.map((text) => h("div", { className: "copy-line" }, h("code", { tabIndex: 0 }, text), copyButton(text))),
  );
}

function arrivals(found: LiveDocument, context: Context): (HTMLElement | null)[] {
  const fresh = found.new_events > 0;
  const words = fresh
    ? `${counted(found.new_events, "events")} arrived since you opened this page.`
    : found.events
      ? `${count(found.events)} events so far, none since you opened this page.`
      : "Waiting for the first event: open a page that carries the snippet, and click.";
  const replay = h("button", { type: "button", className: "primary" }, "Place them now");
  replay.addEventListener("click", () => {
    replay.disabled = true;
    void context.source.live!.replay(context.choice);
  });
  return [
    h("h2", {}, h("span", { className: fresh ? "pulse on" : "pulse" }), "Arriving now"),
    h("p", { role: "status" }, words),
    found.pages.length ? h("p", { className: "soft" }, `On ${found.pages.slice(0, 4).join(", ")}; ${counted(found.sessions, "sessions")} in the last five minutes.`) : null,
    found.freshness.failed ? h("p", { className: "note" }, found.freshness.failed) : null,
    found.freshness.newer && context.workspace.captures.length ? replay : null,
  ];
}
