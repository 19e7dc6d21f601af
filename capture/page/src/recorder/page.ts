/** What happens to the page: views, routes, scrolls, focus, errors, coming and going. */

import { rootOf } from "../dom";
import { digest } from "../hash";
import { notice, reportAll } from "./effects";
import { later, now, type Work } from "./guest";
import { click, fills, move, press, release } from "./pointer";
import { listen, watchRoot } from "./roots";
import { add, address, flush, restart } from "./rows";
import { awake } from "./session";
import { site } from "./snippet";
import { state, touch } from "./state";
import { place, targetOf } from "./targets";
import { handOver } from "./transport";

/** Scrolls and resizes are noted when this long has passed, as things are then. */
const SETTLED_MS = 200;
const MOST_ERRORS = 100;

let shown = "";
let errors = 0;

function view(how: string): void {
  const { scrollWidth, scrollHeight } = document.documentElement;
  const t = now();
  shown = address();
  touch(t);
  add("v", [shown, how, digest(document.title, site!), scrollX, scrollY, scrollWidth, scrollHeight], state, t);
}

/** Before anything is noted: is this still the same session, and the same page? */
export function wake(): void {
  if (awake()) {
    flush();
    restart();
    shown = "";
  }
  route();
}

function route(): void {
  if (address() === shown) return;
  notice("n");
  view(shown ? "route" : "load");
}

/** The page was changed. */
export function changed(): void {
  route();
  notice("m");
  touch();
}

const waiting = new Set<EventTarget>();

/** Does `work` in a while, once for all that is said of a target until then. */
function soon(target: EventTarget, work: () => void): void {
  if (waiting.has(target)) return;
  waiting.add(target);
  later(() => {
    waiting.delete(target);
    work();
  }, SETTLED_MS);
}

function scrolled(target: EventTarget): void {
  const element = (target as Document).scrollingElement || (target as Element);
  const inner = target !== document;
  // A carousel may be a scroller.
  if (inner) touch();
  add("s", [inner ? place(element)[0] : -1, element.scrollLeft, element.scrollTop]);
}

/** An error that nobody caught: kind, and path and line of the script. Its message may quote what a visitor typed. */
function failed({ error, reason, filename, lineno, target }: ErrorEvent & PromiseRejectionEvent): void {
  if (target !== self || errors++ > MOST_ERRORS) return;
  const { name = "Error", stack = `${filename}:${lineno}` } = error || reason || {};
  const where = [name + " ", ...(/:\/\/[^/]*(\/[^\s?#:]*)[^\s:]*(:\d+)/.exec(stack) || []).slice(1)].join("");
  add("e", [digest(where, site!), where]);
}

/** Whether the page is on screen: 1 or 0. */
let visible = 1;

function show(now: number): void {
  if (visible !== now) add("h", [(visible = now)]);
  if (now) return;
  reportAll();
  flush();
  handOver();
}

/** Listens to a window, or to a shadow root for what is not heard outside. */
export function hear(root: EventTarget): void {
  const on = (types: string, work: Work): void => listen(types, work, root);
  on("pointerdown keydown", (event: PointerEvent & KeyboardEvent) => {
    watchRoot(rootOf(targetOf(event)));
    if (!event.key || /^( |Enter)$/.test(event.key)) press(event);
  });
  on("pointerup", release);
  on("click", click);
  on("pointermove", move);
  on("focusin", (event: FocusEvent) => {
    const target = targetOf(event);
    if (!fills(target)) return;
    notice("f");
    add("f", place(target));
  });
  on("scroll", ({ target }: Event) => {
    notice("s");
    soon(target!, () => scrolled(target!));
  });
  on("input change play pause", () => {
    notice("i");
    touch();
  });
  on("toggle transitionend animationend load", () => touch());
  on("error unhandledrejection", failed);
  on("popstate hashchange", () => {
    notice("n");
    touch();
  });
}

export function begin(): void {
  restart();
  wake();
  watchRoot(document);
  listen("selectionchange", () => "" + getSelection() && notice("t"));
  listen("resize", () => soon(self, () => {
    touch();
    add("r", [innerWidth, innerHeight, devicePixelRatio]);
  }));
  listen("blur", () => document.hasFocus() || notice("w"));
  listen("visibilitychange", () => {
    notice("w");
    show(+!document.hidden);
  });
  listen("pagehide", () => {
    notice("n");
    show(0);
  });
  listen("pageshow", () => {
    show(1);
    view("back");
  });
}
