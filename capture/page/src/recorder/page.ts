/** What happens to the page: views, routes, scrolls, focus, errors, coming and going. */

import { is, rootOf } from "../dom";
import { FIELD } from "../name";
import { notice, reportAll } from "./effects";
import { later, type Work } from "./guest";
import { click, move, press, release } from "./pointer";
import { watchRoot } from "./roots";
import { add, address, flush, restart } from "./rows";
import { awake } from "./session";
import { touch } from "./state";
import { forget, place, targetOf } from "./targets";
import { handOver } from "./transport";

/** Scrolls and resizes are noted when this long has passed, as things are then. */
const enum Settled { Ms = 200 }
const enum Most { Errors = 100 }

/** The address of the last view. */
let shown = "";
let errors = 0;

/** Before anything is noted: is this still the same session, and the same page? */
export function wake(): void {
  if (awake(flush)) {
    restart();
    forget();
    shown = "";
  }
  route();
}

function route(): void {
  if (address() === shown) return;
  shown = address();
  notice("n");
  touch();
  add("v", [shown, scrollX, scrollY, document.documentElement.scrollHeight]);
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
  }, Settled.Ms);
}

function scrolled(target: EventTarget): void {
  const element = (target as Document).scrollingElement || (target as Element);
  const inner = target !== document;
  // A carousel may be a scroller.
  if (inner) touch();
  add("s", [inner ? place(element)[0] : -1, element.scrollLeft, element.scrollTop]);
}

/** An error that nobody caught: kind, and path and line of the script. Its message may quote what a visitor typed. */
function failed({ error, reason, target }: ErrorEvent & PromiseRejectionEvent): void {
  if (target !== self || errors++ > Most.Errors) return;
  const { name, stack } = error || reason || {};
  const [, path, line] = /:\/\/[^/]*(\/[^\s?#:]*)[^\s:]*:(\d+)/.exec(stack) || [];
  add("e", [[name, path, line].join(" ")]);
}

let visible = 1;

/** The page comes or goes. */
function turned({ type, target }: Event): void {
  if (target !== document) return;
  const gone = type === "pagehide";
  const now = +!(gone || document.hidden);
  notice(gone ? "n" : "w");
  // Back from the browser's cache: another view of the page.
  if (type === "pageshow") shown = "";
  if (visible === now) return;
  add("h", [(visible = now)]);
  if (now) return;
  reportAll();
  flush();
  handOver();
}

/** What is done on which events (types apart by blanks), in windows, and in shadow roots if it stays in there. */
export const heard: Record<string, Work> = {
  "pointerdown keydown": (event: PointerEvent & KeyboardEvent) => {
    watchRoot(rootOf(targetOf(event)));
    if (!event.key || /^( |Enter)$/.test(event.key)) press(event);
  },
  pointerup: release,
  click,
  pointermove: move,
  focusin: (event: FocusEvent) => {
    const target = targetOf(event);
    if (!is(target, FIELD)) return;
    notice("f");
    add("f", place(target));
  },
  scroll: ({ target }: Event) => {
    notice("s");
    soon(target!, () => scrolled(target!));
  },
  "input change": () => {
    notice("i");
    touch();
  },
  "toggle transitionend animationend load popstate hashchange": touch,
  "error unhandledrejection": failed,
  selectionchange: () => "" + getSelection() && notice("t"),
  blur: () => document.hasFocus() || notice("w"),
  resize: () =>
    soon(self, () => {
      touch();
      add("r", [innerWidth, innerHeight, devicePixelRatio]);
    }),
  "pagehide visibilitychange pageshow": turned,
};

export function begin(): void {
  wake();
  restart();
  watchRoot(document);
}
