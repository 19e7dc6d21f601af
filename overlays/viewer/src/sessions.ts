/** The list of sessions: filtered, ordered, and as long as it is. */
import { format, link } from "./address.js";
import type { SessionSummary } from "./api.js";
import { count, fill, h } from "./dom.js";
import type { Context, Shown } from "./screen.js";
import type { Words } from "./source.js";
import { seconds } from "./tip.js";
import { virtual } from "./virtual.js";

const CHUNK = 100;
const ROW_PX = 57;
/** Where a row has two lines. */
const NARROW_ROW_PX = 84;
const SIGNALS: [string, string][] = [["rage", "Rage"], ["dead", "Dead"], ["error", "Error"]];
const SORTS: [string, string][] = [
  ["-started", "newest"], ["started", "oldest"], ["-seconds", "longest"], ["-clicks", "most clicks"], ["-rage", "most rage"],
  ["-dead", "most dead"], ["-error", "most errors"],
];
const LENGTHS: [string, string][] = [["", "any length"], ["10", "over 10 s"], ["30", "over 30 s"], ["60", "over 1 min"], ["300", "over 5 min"]];

export async function showSessions(context: Context): Promise<Shown> {
  const { source, choice, address } = context;
  const { words } = address;
  const asked: Words = {
    session: words.getAll("session"), page: words.getAll("page"), signal: words.getAll("signal"), at_least: words.get("at_least") ?? "", film: words.get("film") ?? "",
    search: words.get("search") ?? "", sort: words.get("sort") ?? "", snapshot: words.get("snapshot") ?? "",
    element: words.get("element") ?? "", area: words.get("area") ?? "", kind: words.get("kind") ?? "", on: words.get("on") ?? "",
  };
  const chunks = new Map<number, SessionSummary[] | null>();
  const first = await source.live!.sessions(choice, { ...asked, offset: 0, limit: CHUNK });
  chunks.set(0, first.sessions);
  const list = virtual(innerWidth > 820 ? ROW_PX : NARROW_ROW_PX, "Sessions", row, want);
  function row(index: number): HTMLElement | null {
    const one = chunks.get(Math.floor(index / CHUNK))?.[index % CHUNK];
    return one ? sessionRow(context, one) : null;
  }
  function want(from: number, to: number): void {
    for (let chunk = Math.floor(from / CHUNK); chunk <= Math.floor(Math.max(to - 1, 0) / CHUNK); chunk++) {
      if (chunks.has(chunk)) continue;
      chunks.set(chunk, null);
      void source.live!.sessions(choice, { ...asked, offset: chunk * CHUNK, limit: CHUNK }).then(
        (found) => {
          chunks.set(chunk, found.sessions);
          list.refresh();
        },
        () => chunks.delete(chunk),
      );
    }
  }
  const pages = (await source.pages(choice)).pages;
  const behind = ["element", "on", "area", "session"].some((key) => words.has(key));
  const root = h(
    "main",
    { className: "front wide sessions", id: "main", tabIndex: -1 },
    h("header", { className: "screen-head" }, h("h1", {}, "Sessions"), h("span", { className: "soft", role: "status" }, `${count(first.total)}`)),
    behind ? behindNote(context) : null,
    filters(context, pages.map((page) => page.page)),
    h("div", { className: "session-row session-heads", "aria-hidden": "true" }, ...["Started", "Length", "Viewport", "Pages", "Clicks", "What went wrong", ""].map((text) => h("span", {}, text))),
    first.total ? list.root : h("p", { className: "nothing" }, "No session fits."),
  );
  requestAnimationFrame(() => list.reset(first.total));
  return { title: "Sessions", root };
}

function behindNote(context: Context): HTMLElement {
  const { words } = context.address;
  const text = words.has("element") || words.has("on") ? "Only sessions with a hit on one element." : words.has("session") ? "Only the sessions behind a finding." : "Only sessions with a hit in the area that was drawn.";
  const rest = new URLSearchParams(words);
  for (const key of ["element", "on", "area", "snapshot", "kind", "session"]) rest.delete(key);
  return h("p", { className: "note behind" }, text, " ", h("a", { href: format("sessions", rest) }, "Show all"));
}

function filters(context: Context, pages: string[]): HTMLElement {
  const { words } = context.address;
  const set = (change: (query: URLSearchParams) => void): void => {
    const query = new URLSearchParams(words);
    change(query);
    context.go(format("sessions", query));
  };
  const put = (key: string) => (value: string): void => set((query) => (value ? query.set(key, value) : query.delete(key)));
  const signals = SIGNALS.map(([name, text]) => {
    const on = words.getAll("signal").includes(name);
    const toggle = (): void =>
      set((query) => {
        const rest = query.getAll("signal").filter((one) => one !== name);
        query.delete("signal");
        for (const one of on ? rest : [...rest, name]) query.append("signal", one);
      });
    return h("button", { type: "button", "aria-pressed": String(on), "data-signal": name, on: { click: toggle } }, text);
  });
  const film = h("button", { type: "button", "aria-pressed": String(words.has("film")), on: { click: () => put("film")(words.has("film") ? "" : "1") } }, "With film");
  const search = h("input", { type: "search", placeholder: "Session id", "aria-label": "Session id begins with", value: words.get("search") ?? "" });
  search.addEventListener("change", () => put("search")(search.value.trim()));
  return h(
    "div",
    { className: "list-tools" },
    h("div", { className: "segments", role: "group", "aria-label": "What went wrong" }, ...signals, film),
    choose("Page", [["", "any page"], ...pages.map((page): [string, string] => [page, page])], words.get("page") ?? "", put("page")),
    choose("Length", LENGTHS, words.get("at_least") ?? "", put("at_least")),
    choose("Order", SORTS, words.get("sort") ?? "-started", put("sort")),
    search,
    h("a", { className: "plain", href: context.source.live!.address("export", context.choice, { what: "sessions", form: "csv" }), download: "" }, "CSV"),
  );
}

export function choose(label: string, values: [string, string][], value: string, then: (value: string) => void): HTMLSelectElement {
  const list = h("select", { "aria-label": label }, ...values.map(([one, text]) => h("option", { value: one, selected: one === value }, text)));
  list.addEventListener("change", () => then(list.value));
  return list;
}

function sessionRow(context: Context, one: SessionSummary): HTMLElement {
  const wrong = SIGNALS.map(([name]) => [name, one[name as "rage" | "dead" | "error"]] as const)
    .filter(([, events]) => events)
    .map(([name, events]) => h("span", { className: `chip ${name}` }, `${count(events)} ${name}`));
  const row = h("div", { className: "session-row row" });
  fill(
    row,
    h("a", { href: link("session", context.choice, { id: one.session }), className: "when" }, one.started.slice(0, 16).replace("T", " "), h("small", {}, one.session.slice(0, 12))),
    h("span", {}, seconds(1000 * one.seconds)),
    h("span", {}, one.viewport, h("small", {}, [one.touch ? "touch" : "", one.country, one.variant].filter(Boolean).join(" · "))),
    h("span", { className: "path-cell" }, one.pages.join(" › ")),
    h("span", {}, count(one.clicks)),
    h("span", { className: "wrongs" }, ...(wrong.length ? wrong : [h("span", { className: "soft" }, "–")])),
    h("span", { className: "soft" }, one.film ? "film" : ""),
  );
  return row;
}
