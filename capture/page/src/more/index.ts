/**
 * The second part of the recorder: which state the page is in, what followed a click, and what explains it. It is
 * fetched when the first part listens, and hears what that has heard; without it clicks and scrolls are complete.
 */

import { FIELD } from "../css";
import type { Parts, Second } from "../recorder/more";
import { act, changes, notice, reportAll, strike } from "./effects";
import { report, resume } from "./exposure";
import { add, address, later, latest, listen, place, rootElementOf, safely, states, take, targetOf } from "./parts";
import { changed, find, look, stir, touch } from "./state";
import { down, move, release } from "./trail";
import { failed, measure } from "./vitals";

const enum Most { Errors = 100 }
const enum Settled { Ms = 200 }

let errors = 0;
let shown = "";
let resizing = false;

/** An error that nobody caught: kind, and path and line of the script. Its message may quote what a visitor typed. */
function broke({ error, reason, target }: ErrorEvent & PromiseRejectionEvent): void {
  if (target instanceof Element) {
    const { src, href } = target as HTMLImageElement & HTMLLinkElement;
    failed(0, target.localName, src || href);
  } else if (errors++ < Most.Errors) {
    const { name, stack } = error || reason || {};
    const [, path, line] = /:\/\/[^/]*(\/[^\s?#:]*)[^\s:]*:(\d+)/.exec(stack) || [];
    add("e", [[name, path, line].join(" ")]);
  }
}

/** That something was done at a place or in a form; never what was typed, cut or chosen. */
function acted(event: MouseEvent): void {
  add("a", [...place(targetOf(event), event), event.type, event.button | 0]);
}

function answered(event: MouseEvent): void {
  acted(event);
  notice("i");
}

function copied(event: MouseEvent): void {
  acted(event);
  notice("c");
}

function pressed(): void {
  strike(latest());
}

function clicked(event: MouseEvent): void {
  pressed();
  const target = targetOf(event);
  if (target.matches("[type=file]")) notice("p");
  // These leave no trace in the page.
  if (target.closest("[download]")) notice("d");
  if (target.closest("[target=_blank]")) notice("w");
}

function focused(event: FocusEvent): void {
  const target = targetOf(event);
  if (!target.matches(FIELD)) return;
  notice("f");
  add("f", place(target));
}

/** The window, or what is seen of it by a pinch, has another size. */
function resized(): void {
  if (resizing) return;
  resizing = true;
  later(() => {
    resizing = false;
    add("r", [innerWidth, innerHeight, devicePixelRatio, self.visualViewport ? visualViewport!.scale : 1]);
  }, Settled.Ms);
}

function turned({ target, type }: Event): void {
  if (target !== document) return;
  notice(type === "pagehide" ? "n" : "w");
  if (type === "pagehide" || document.hidden) {
    reportAll();
    report(true);
  } else resume();
}

const WORK: Record<string, ((event: any) => void) | undefined> = {
  __proto__: null as never,
  pointerdown: (event) => [pressed(), down(event)],
  keydown: pressed,
  click: clicked,
  pointerup: release,
  dragend: release,
  pointermove: move,
  focusin: focused,
  scroll: () => notice("s"),
  input: () => notice("i"),
  change: answered,
  submit: answered,
  invalid: answered,
  paste: answered,
  copy: copied,
  cut: copied,
  dblclick: acted,
  auxclick: acted,
  selectionchange: () => getSelection()!.isCollapsed || notice("t"),
  blur: () => document.hasFocus() || notice("w"),
  resize: resized,
  error: broke,
  unhandledrejection: broke,
  pagehide: turned,
  visibilitychange: turned,
  navigate: ({ downloadRequest }) => notice(downloadRequest == null ? "n" : "d"),
};

/** What tells that something may be seen now, or no more, though nothing was changed. */
const STIRS = /^(resize|change|toggle|transitionend|animationend|hashchange|load)$/;

function hear(what: Event | MutationRecord[]): void {
  if (!states[0]) touch();
  if (address() !== shown) {
    shown = address();
    notice("n");
    report();
    touch();
  }
  if (Array.isArray(what)) {
    if (!what[0]) return;
    changes(what);
    changed(what);
    return;
  }
  const { type, target } = what;
  if (/^(pointer|key|click|input|change)/.test(type)) act();
  // A carousel may be a scroller.
  if (STIRS.test(type) || (type === "scroll" && target !== document)) stir(what as TransitionEvent);
  WORK[type]?.(what);
}

let second: Second | undefined;

/** Begins, once, with the parts of the first part; gives what that is to call. */
export function more(parts: Parts): Second {
  if (second) return second;
  take(parts);
  shown = address();
  find(document);
  const { visualViewport, navigation } = self as never as Record<string, EventTarget | undefined>;
  if (visualViewport) listen(visualViewport, "resize", () => {});
  if (navigation) listen(navigation, "navigate currententrychange", () => {});
  // In any other way it would be heard of each element that the pointer leaves.
  rootElementOf(document).addEventListener("pointerleave", safely(move), { passive: true });
  measure();
  return (second = [hear, look]);
}
