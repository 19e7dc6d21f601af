/** What was seen and not sent yet, numbered, and how it becomes batches. The wire is described in collector/wire.py. */

import { later, now } from "./guest";
import { random, remember, session } from "./session";
import { site, source, variant } from "./snippet";
import { settle, state } from "./state";
import { put, room, send } from "./transport";

/** Code, time, number of the state, and what the code asks for. */
export type Row = [code: string, t: number, state: number, ...rest: unknown[]];

const FLUSH_MS = 5000;
/** A batch goes out at this many rows; when the outbox is full, moves and scrolls are dropped above it. */
const FULL = 100;
/** The collector takes no more in one batch. */
const MOST_ROWS = 400;
/** Targets and states are what makes a batch large; the rest is about 60 bytes a row. */
const FULL_CHARS = 3e4;

/** What is sent once in a document and then called by its number: targets, and states. */
type Table = [numbers: Map<string, number>, fresh: unknown[]];

/** Rows that are not sent yet. */
export const rows: Row[] = [];

let tables: Table[];
let doc: string;
let seq: number;
let first: number;
let chars: number;
let page: object;
let timer: unknown;

/** Begins as if the document was loaded again: everything is numbered from 0. */
export function restart(): void {
  doc = random();
  seq = first = chars = rows.length = 0;
  tables = [[new Map(), []], [new Map(), []]];
}

/** Origin and path of the page; of the query only what names a campaign, the fragment only when it is a route. */
export const address = (): string =>
  location.origin + location.pathname +
  (location.search.match(/utm_\w+=[^&]*/g) || []).map((part, index) => "?&"[+!!index] + part).join("") +
  (location.hash.match(/^#!?\/[^?]*/) || "");

/** The number of a target (kind 0) or state (kind 1); `key` tells it from others, what `record` gives is sent once. */
export function number(kind: 0 | 1, key: string, record: () => unknown): number {
  const [numbers, fresh] = tables[kind]!;
  if (!numbers.has(key)) {
    numbers.set(key, numbers.size);
    fresh.push(record());
    chars += key.length;
  }
  return numbers.get(key)!;
}

/** Adds a row; returns the number of the event in the document, or -1 when there is no room. */
export function add(code: string, rest: unknown[] = [], seen = state, t = now()): number {
  if (rows.length >= (/[ms]/.test(code) ? FULL : MOST_ROWS)) return -1;
  if (!rows[0])
    page = {
      url: address(),
      w: innerWidth,
      h: innerHeight,
      dpr: devicePixelRatio,
      touch: navigator.maxTouchPoints > 0,
      lang: navigator.language,
      ref: document.referrer.split("/")[2],
      variant,
    };
  timer = timer || later(sendOff, rows.length > FULL || chars > FULL_CHARS ? 0 : FLUSH_MS);
  return first + rows.push([code, t, seen, ...rest]) - 1;
}

/** Sends off what there is. */
export function sendOff(): void {
  timer = 0;
  flush();
  send();
}

/** Makes a batch of what there is. */
export function flush(): void {
  if (!rows[0] || !room()) return;
  settle();
  remember(0);
  const from = [first, ...tables.map(([numbers, fresh]) => numbers.size - fresh.length)];
  const events = rows.splice(0, MOST_ROWS);
  const [targets, states] = tables.map(([, fresh]) => fresh.splice(0));
  const at = Math.round(performance.timeOrigin);
  first += events.length;
  chars = 0;
  put(JSON.stringify({ v: 1, site, source, session, doc, seq: seq++, at, sent: now(), page, from, events, targets, states }));
}
