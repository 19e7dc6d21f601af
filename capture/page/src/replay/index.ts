/**
 * Foreign recordings: an rrweb recording is replayed, and the page model asked about each thing that a visitor did, at
 * the moment when they did it. `globalThis.__heatreelReplay`, in a page of our own; the recording is rebuilt in a
 * sandboxed frame where no script of it runs, and the page model is put into that frame from outside.
 *
 * Events are applied by the Replayer's own functions for skipping ahead (`getCastFn(event, true)`), one after the other:
 * its player would keep all of them in memory, and go by the clock.
 */

import { Replayer } from "@rrweb/replay";
import { createCache, createMirror, rebuild } from "rrweb-snapshot";
import type { PageModel } from "../page";
import { Act, Kind, Source, type Foreign } from "./events";

/** So long after a press something counts as its effect, as in the recorder. */
const WATCHED_MS = 2500;
/** Of moves one in so many ms is kept, and only when it goes this far, as in the recorder. */
const MOVE_MS = 100;
const MOVE_PX = 8;
/** rrweb tells of a scroll up to so much later; what is pressed in between happened in the scrolled page. */
const SCROLL_LAG_MS = 150;

interface Player {
  iframe: HTMLIFrameElement;
  getCastFn(event: Foreign, sync: boolean): () => void;
  getMirror(): { getNode(id: number): Node | null };
  hoverElements(element: Element): void;
  destroy(): void;
}

/** type, ms, target, state, x, y, u, v, more. Numbers of targets and states are places in all there were so far. */
type Row = [type: string, ms: number, target: number, state: number, x: number | null, y: number | null,
  u: number | null, v: number | null, more: Record<string, unknown>];

interface Watched {
  row: Row;
  since: number;
  kinds: string[];
  ms: number;
}

interface Answer {
  rows: Row[];
  targets: unknown[];
  states: unknown[];
  skipped: Record<string, number>;
  /** States that resemble none before, with their DOM, when they are collected. */
  doms: { url: string; viewport: [number, number]; settings: string; sketch: string; kept: string }[];
  /** Points that were outside of their element in the replayed layout. */
  outside: number;
}

interface Press {
  state: number;
  since: number;
  kinds: string[];
  ms: number;
}

const NEAR_PX = 2;
/** A state whose switches are set alike and whose sketch is so much like a known one's is that one. */
const SAME_STATE = 0.9;
const MOST_STATES = 40;

const share = (value: number): number => Math.min(Math.max(value, 0), 1);

/** How far a point of the window is outside of an element. */
function away(element: Element, { x = 0, y = 0 }: { x?: number; y?: number }): number {
  const { left, top, right, bottom } = element.getBoundingClientRect();
  return Math.max(left - x, x - right, top - y, y - bottom, 0);
}

class Watcher {
  private player: Player;
  private mirror: { getNode(id: number): Node | null };
  private dirty = true;
  private state = -1;
  private states = new Map<string, number>();
  private known = new Map<string, number>();
  private numbers = new WeakMap<Element, number>();
  private press: Press | undefined;
  private labelled: Element | null = null;
  private watched: Watched[] = [];
  private moved = { ms: -Infinity, x: -Infinity, y: -Infinity };
  private ahead: { events: Foreign[]; place: number } = { events: [], place: 0 };
  private url = "";
  private loads = true;
  private answer: Answer = { rows: [], targets: [], states: [], skipped: {}, doms: [], outside: 0 };

  /** The keeping script, when states are to be collected; those found so far by address. */
  keeper = "";
  private collected: { url: string; settings: string; sketch: string }[] = [];

  constructor(private model: string, private key: string) {
    const quiet = () => undefined;
    const logger = { log: quiet, warn: quiet, error: quiet };
    const options = { liveMode: true, useVirtualDom: false, mouseTail: false, showWarning: false, logger };
    this.player = new Replayer([], options as object) as unknown as Player;
    this.mirror = this.player.getMirror();
  }

  end(): void {
    this.player.destroy();
  }

  get window(): Window {
    return this.player.iframe.contentWindow!;
  }

  /** The page model in the frame's own realm, put there again when the frame has lost it. */
  get page(): PageModel {
    const realm = this.window as unknown as { __heatreel?: PageModel; eval(text: string): void };
    if (!realm.__heatreel) realm.eval(this.model);
    return realm.__heatreel!;
  }

  /** The DOM of the page as it is now, by the keeping script. */
  private keep(script: string): string {
    const realm = this.window as unknown as { __heatreelKeep?: (document: Document) => string; eval(text: string): void };
    if (!realm.__heatreelKeep) realm.eval(script);
    return realm.__heatreelKeep!(this.window.document);
  }

  /** Applies events in order; what a visitor did in them. */
  feed(events: Foreign[]): Answer {
    this.answer = { rows: [], targets: [], states: [], skipped: {}, doms: [], outside: 0 };
    for (const [place, event] of events.entries()) {
      this.ahead = { events, place };
      try {
        this.take(event);
      } catch {
        this.skip("could not be replayed");
      }
    }
    return this.answer;
  }

  /** What is still watched when the recording ends: effects that came count, none that could still come do. */
  finish(): Answer {
    this.answer = { rows: [], targets: [], states: [], skipped: {}, doms: [], outside: 0 };
    for (const one of this.watched) if (one.kinds.length) this.report(one);
    this.watched = [];
    return this.answer;
  }

  private take(event: Foreign): void {
    const { type, data, timestamp: now } = event;
    while (this.watched.length && now - this.watched[0]!.since > WATCHED_MS) this.report(this.watched.shift()!);
    if (type === Kind.DomContentLoaded || type === Kind.Load) this.loads ||= type === Kind.DomContentLoaded;
    else if (type === Kind.Meta) this.meta(event);
    else if (type === Kind.FullSnapshot) this.snapshot(event);
    else if (type === Kind.Incremental) this.increment(event);
    else if (type === Kind.Custom) this.custom(data, now);
  }

  private apply(event: Foreign): void {
    this.player.getCastFn(event, true)();
  }

  private meta(event: Foreign): void {
    this.apply(event);
    const href = event.data.href || "";
    if (href === this.url && !this.loads) return;
    this.noticed("navigation", event.timestamp);
    this.url = href;
    this.loads = true;
  }

  private snapshot(event: Foreign): void {
    this.apply(event);
    this.changed();
    if (!this.loads) return;
    this.loads = false;
    this.press = undefined;
    this.view(this.url, event.timestamp);
  }

  private custom(data: Foreign["data"], now: number): void {
    const payload = data.payload as { href?: unknown; url?: unknown } | null;
    const href = payload && (payload.href || payload.url);
    if (!/pageview|url_changed|navigation/i.test(data.tag || "") || typeof href !== "string" || href === this.url) return;
    this.url = href;
    this.noticed("navigation", now);
    this.view(href, now);
  }

  private view(url: string, now: number): void {
    const { scrollX, scrollY, document } = this.window;
    const height = document.documentElement.scrollHeight;
    this.add("view", now, -1, [scrollX, scrollY, null, null], { url, page_height: height });
  }

  private increment(event: Foreign): void {
    const { data, timestamp: now } = event;
    switch (data.source) {
      case Source.MouseInteraction:
        return this.interaction(event);
      case Source.MouseMove:
      case Source.Drag:
        for (const one of data.positions || []) this.move(one, now);
        return;
      case Source.TouchMove:
      case Source.MediaInteraction:
      case Source.CanvasMutation:
      case Source.Log:
        return;
      case Source.Scroll:
        return this.scroll(event);
      case Source.ViewportResize:
        this.apply(event);
        this.changed();
        this.add("resize", now, -1, [null, null, null, null], {});
        return;
      case Source.Selection:
        if ((data.ranges || []).some((one) => one.start !== one.end || one.startOffset !== one.endOffset)) {
          this.noticed("selection", now);
        }
        return;
      case Source.Input:
        this.noticed("input", now);
        break;
      case Source.Mutation:
        this.noticed("mutation", now);
    }
    this.apply(event);
    this.changed();
  }

  private interaction(event: Foreign): void {
    const { data, timestamp: now } = event;
    const element = this.element(data.id!);
    switch (data.type) {
      case Act.MouseDown:
      case Act.TouchStart:
        if (data.type === Act.MouseDown && element) this.hover(element);
        this.settle();
        this.press = { state: this.state, since: now, kinds: [], ms: 0 };
        break;
      case Act.Click:
        if (element) this.click(element, data, now);
        else this.skip("its element is not in the recording");
        break;
      case Act.DblClick:
        if (element) this.place("double", element, data, now, { pointer: "mouse" });
        break;
      case Act.Focus:
        this.noticed("focus", now);
        if (element && element.matches("input,select,textarea")) this.place("focus", element, undefined, now, {});
    }
    this.apply(event);
    if (data.type === Act.Focus || data.type === Act.Blur) this.changed();
  }

  private click(element: Element, data: Foreign["data"], now: number): void {
    // Of a click on a label the browser makes another, on its control.
    if (!this.press && element === this.labelled) {
      this.labelled = null;
      return this.skip("made by the browser of a click on a label");
    }
    const label = element.closest("label");
    this.labelled = label && label.control !== element ? label.control : null;
    const touch = data.pointerType === 2;
    // A click that nobody pressed the mouse for is the keyboard's, or a script's: both have no place.
    const placed = !!this.press || !!data.x || !!data.y;
    const pointer = !placed ? "key" : touch ? "touch" : data.pointerType === 1 ? "pen" : "mouse";
    const since = this.press ? this.press.since : now;
    if (!this.press && !touch) this.hover(element);
    const row = this.place(touch ? "tap" : "click", element, placed ? data : undefined, now, { pointer, trusted: true }, this.press?.state);
    this.watched.push({ row, since, kinds: this.press?.kinds || [], ms: this.press?.ms || 0 });
    this.press = undefined;
  }

  private move(at: { x: number; y: number; id: number; timeOffset: number }, now: number): void {
    const ms = now + at.timeOffset;
    const near = Math.hypot(at.x - this.moved.x, at.y - this.moved.y) <= MOVE_PX;
    if (near || ms - this.moved.ms < MOVE_MS) return this.skip("moves close to the one before");
    const element = this.element(at.id);
    if (!element) return this.skip("its element is not in the recording");
    this.moved = { ms, x: at.x, y: at.y };
    this.place("move", element, at, ms, {});
    this.hover(element);
  }

  private scroll(event: Foreign): void {
    const { id, x, y } = event.data;
    const node = this.mirror.getNode(id!);
    this.noticed("scroll", event.timestamp);
    this.apply(event);
    if (!node) return this.skip("its element is not in the recording");
    const inner = node.nodeType === 1 && node !== this.window.document.scrollingElement;
    if (inner) this.dirty = true;
    const target = inner ? this.target(this.page.subject(node as Element)) : -1;
    this.add("scroll", event.timestamp, target, [x!, y!, null, null], inner ? { inner: true } : {});
  }

  // Effects

  private noticed(kind: string, now: number): void {
    const open: { kinds: string[]; ms: number; since: number }[] = this.press ? [...this.watched, this.press] : this.watched;
    for (const one of open) {
      if (now - one.since > WATCHED_MS) continue;
      if (!one.kinds.length) one.ms = now - one.since;
      if (!one.kinds.includes(kind)) one.kinds.push(kind);
    }
  }

  /** The effects of a click, once they are known: a row of its own, since the click itself may be handed over. */
  private report({ row, kinds, ms }: Watched): void {
    this.answer.rows.push(["effect", row[1], row[2], -1, null, null, null, null, { effects: kinds, effect_ms: kinds.length ? ms : null }]);
  }

  // Where and what

  private element(id: number): Element | null {
    const node = this.mirror.getNode(id);
    const element = node && (node.nodeType === 1 ? (node as Element) : node.parentElement);
    return element && element.isConnected ? this.page.subject(element) : null;
  }

  /** What a style sheet reveals under the pointer. It reveals nothing new while the pointer stays on the element. */
  private hovered: Element | null = null;
  private hover(element: Element): void {
    if (element === this.hovered) return;
    this.hovered = element;
    this.player.hoverElements(element);
    this.changed();
  }

  private changed(): void {
    this.dirty = true;
    this.numbers = new WeakMap();
  }

  private settle(): void {
    if (!this.dirty) return;
    const memo = new Map();
    const { document } = this.window;
    const sketch = this.page.sketch(document, memo);
    const settings = this.page.settings(document, this.key, memo);
    const text = JSON.stringify([settings, sketch]);
    let found = this.states.get(text);
    if (found === undefined) {
      this.states.set(text, (found = this.states.size));
      this.answer.states.push({ settings: Object.fromEntries(settings), sketch });
      if (this.keeper) this.collect(JSON.stringify(settings), sketch);
    }
    this.state = found;
    this.dirty = false;
  }

  private collect(settings: string, sketch: string): void {
    const known = this.collected.filter((one) => one.url === this.url);
    const same = (one: (typeof known)[0]) =>
      one.settings === settings && this.page.compareSketches(one.sketch, sketch) >= SAME_STATE;
    if (known.length >= MOST_STATES || known.some(same)) return;
    this.collected.push({ url: this.url, settings, sketch });
    const { innerWidth, innerHeight } = this.window;
    const kept = this.keep(this.keeper);
    this.answer.doms.push({ url: this.url, viewport: [innerWidth, innerHeight], settings, sketch, kept });
  }

  private target(element: Element): number {
    let found = this.numbers.get(element);
    if (found !== undefined) return found;
    const memo = new Map();
    const { page } = this;
    const record = {
      ...page.seal(page.fingerprint(element, memo), this.key),
      box: page.box(element, memo),
      position: page.position(element),
      interactive: page.isInteractive(element),
    };
    const text = JSON.stringify(record);
    found = this.known.get(text);
    if (found === undefined) {
      this.known.set(text, (found = this.known.size));
      this.answer.targets.push(record);
    }
    this.numbers.set(element, found);
    return found;
  }

  private place(type: string, element: Element, at: { x?: number; y?: number } | undefined, ms: number,
    more: Record<string, unknown>, state?: number): Row {
    this.settle();
    if (at && away(element, at) > NEAR_PX) this.catchUp(ms);
    const { left, top, width, height } = element.getBoundingClientRect();
    const [x, y, w, h] = this.page.box(element);
    if (at && away(element, at) > NEAR_PX) {
      this.answer.outside++;
      more = { ...more, inexact: true };
    }
    const u = at && width ? share((at.x! - left) / width) : 0.5;
    const v = at && height ? share((at.y! - top) / height) : 0.5;
    return this.add(type, ms, this.target(element), [x + u * w, y + v * h, u, v], more, state);
  }

  /** Applies the scrolls that had happened by `ms`, and that are told of a little later. */
  private catchUp(ms: number): void {
    const { events, place } = this.ahead;
    for (const event of events.slice(place + 1)) {
      if (event.timestamp > ms + SCROLL_LAG_MS) return;
      if (event.type === Kind.Incremental && event.data.source === Source.Scroll) this.apply(event);
    }
  }

  private add(type: string, ms: number, target: number, place: (number | null)[], more: Record<string, unknown>, state?: number): Row {
    if (state === undefined) {
      this.settle();
      state = this.state;
    }
    const { innerWidth, innerHeight } = this.window;
    const row: Row = [type, ms, target, state, place[0]!, place[1]!, place[2]!, place[3]!, { ...more, viewport: [innerWidth, innerHeight] }];
    this.answer.rows.push(row);
    return row;
  }

  private skip(reason: string): void {
    this.answer.skipped[reason] = (this.answer.skipped[reason] || 0) + 1;
  }
}

let watcher: Watcher | undefined;

const api = {
  /** Begins a recording. `model` is the text of the page model, `key` the site's write key. */
  begin(model: string, key: string, keeper = ""): void {
    watcher?.end();
    watcher = new Watcher(model, key);
    watcher.keeper = keeper;
  },
  feed: (events: Foreign[]): Answer => watcher!.feed(events),
  finish: (): Answer => watcher!.finish(),
  /** Draws a kept DOM as this very document, so that it can be taken like a page. No script of it may run here. */
  draw(node: unknown): void {
    const options = { doc: document, mirror: createMirror(), cache: createCache(), UNSAFE_allowUnprotectedRebuild: true };
    rebuild(node as Parameters<typeof rebuild>[0], options as Parameters<typeof rebuild>[1]);
  },
};

export type ReplayApi = typeof api;

Object.assign(globalThis, { __heatreelReplay: api });
