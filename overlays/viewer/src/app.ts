/** The frame of the viewer: head, segment, the screen that the address names, and the ledger at the foot. */
import { type Screen, choiceOf, link, readAddress } from "./address.js";
import type { WorkspaceDocument } from "./api.js";
import { showCompare } from "./compare.js";
import { fill, h } from "./dom.js";
import { showFindings } from "./findings.js";
import { type Head, head } from "./head.js";
import { ledgerFoot } from "./ledger.js";
import { showMap } from "./map.js";
import { message } from "./message.js";
import { showPages } from "./pages.js";
import type { Context, ScreenMaker, Shown } from "./screen.js";
import { type Segments, segments } from "./segments.js";
import { showSession } from "./session.js";
import { showSessions } from "./sessions.js";
import type { Source } from "./source.js";
import { showStart } from "./start.js";

const MAKERS: Record<Screen, ScreenMaker> = {
  pages: showPages,
  map: showMap,
  compare: showCompare,
  sessions: showSessions,
  session: showSession,
  findings: showFindings,
  start: showStart,
};

/** Screens that only a server can fill. */
const LIVE: readonly Screen[] = ["compare", "sessions", "session", "start"];

export async function startApp(root: HTMLElement, source: Source): Promise<void> {
  const foot = ledgerFoot();
  const outlet = h("div", { className: "outlet" });
  const progress = h("div", { className: "progress", hidden: true, "aria-hidden": "true" });
  const bar: Head = head(source);
  const filter: Segments = segments(source);
  const skip = h("a", { className: "skip", href: "#main", on: { click: skipToMain } }, "Skip to the content");
  fill(root, skip, bar.root, filter.root, progress, outlet, foot.root);

  let shown: Shown | null = null;
  let screen: Screen | "" = "";
  let turn = 0;

  function go(hash: string, quietly = false): void {
    if (hash === location.hash) return;
    if (!quietly) return void (location.hash = hash);
    history.replaceState(null, "", hash);
    bar.show(screen as Screen, choiceOf(readAddress(hash)));
    filter.show(readAddress(hash));
  }

  async function show(): Promise<void> {
    const mine = ++turn;
    const address = readAddress(location.hash);
    const choice = choiceOf(address);
    progress.hidden = false;
    try {
      const workspace = await source.workspace(choice);
      if (mine !== turn) return;
      const wanted = !address.words.size && isEmpty(workspace) && source.live ? "start" : address.screen;
      const context: Context = { source, workspace, choice, address, foot, filter: filter.root, go };
      bar.tell(workspace);
      bar.show(wanted, choice);
      filter.show(address);
      filter.root.hidden = wanted === "start" || wanted === "session" || (isEmpty(workspace) && wanted === "pages");
      foot.all(workspace.ledger, workspace.measured, workspace.freshness.line);
      if (shown?.take && screen === wanted && shown.take(context)) return;
      const next = !source.live && LIVE.includes(wanted) ? inReport() : await MAKERS[wanted](context);
      if (mine !== turn) return void next.leave?.();
      const moved = screen !== wanted || screen === "map";
      shown?.leave?.();
      if (wanted !== "map") bar.root.after(filter.root);
      [shown, screen] = [next, wanted];
      document.title = `${next.title} · ${workspace.name || "Heatreel"}`;
      fill(outlet, next.root);
      if (moved) scrollTo(0, 0);
    } catch (error) {
      if (mine !== turn) return;
      shown?.leave?.();
      shown = null;
      // What is asked for may be gone or wrong: a condition can be taken away, and there is a way out.
      bar.show(address.screen, choice);
      bar.root.after(filter.root);
      filter.show(address);
      filter.root.hidden = false;
      fill(outlet, withWayOut(message("That did not work", error instanceof Error ? error.message : String(error))));
    } finally {
      if (mine === turn) progress.hidden = true;
    }
  }

  addEventListener("hashchange", () => {
    void show();
  });
  await show();
}

function isEmpty(workspace: WorkspaceDocument): boolean {
  return !workspace.captures.some((capture) => capture.replayed);
}

/** A screen of the server, asked of a report. */
function inReport(): Shown {
  const root = message(
    "This takes a server",
    "A report is a folder without one: sessions, comparisons and filters need heatreel serve on the workspace it was made from.",
  );
  return { title: "Not in a report", root: withWayOut(root) };
}

function withWayOut(root: HTMLElement): HTMLElement {
  root.append(h("p", {}, h("a", { className: "plain", href: link("pages", { label: "", where: [] }) }, "To the pages")));
  return root;
}

function skipToMain(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("#main")?.focus();
}
