/** What was seen and not sent yet, numbered, and how it becomes batches. The wire is described in collector/wire.py. */

import { hash } from "../hash";
import { later, now } from "./guest";
import { look } from "./more";
import { disown, random, remember, session, visitor } from "./session";
import { dataset, sample, site } from "./snippet";
import { forget } from "./targets";
import { outbox, send } from "./transport";

/** Code, time, number of the state, and what the code asks for. */
export type Row = [code: string, t: number, state: number, ...rest: unknown[]];

/**
 * A batch goes out at 50 rows, which keeps it below 60 KB even when each brings a new target. When the outbox is full,
 * as many again wait; further ones are dropped.
 */
const enum Rows { Full = 50, Most = 100 }
const enum Flush { Ms = 5000 }
/** About 2 MB at most. */
const enum Outbox { Full = 40 }

/** Rows that are not sent yet. */
export const rows: Row[] = [];

/** When the document began, by the visitor's clock. */
const at = Date.now() - now();

/** The states of this document, by their numbers: what tells one from the others, and what is sent of it. */
export const states: [key: string, words: object][] = [];
/** The number of the present state, -1 when none is known yet. */
export let state = -1;

/** What is sent once in a document and then called by its number. */
let targets: string[];
/** Numbers of the first event, target and state that are not sent yet. */
let from = [0];
/** Empty once nothing is to be noted any more. */
export let doc: string | false;
let seq: number;
let page: object;
let timer: unknown;
/** Rows for which there was no room in this document. */
let lost = 0;
let told = 0;

/**
 * Begins as if the document was loaded again: everything is numbered from 0. Before, nothing is sent; and never in a
 * session that is not in the sample.
 */
export function restart(): void {
  doc = hash(session) < (sample as number) * 2 ** 32 && random();
  seq = lost = told = 0;
  from = [0, 0, 0];
  targets = [];
  states.length = 0;
  state = -1;
  forget();
}

/** Nothing is sent any more, and what was not sent is forgotten. */
export function end(): void {
  doc = "";
  rows.length = outbox.length = 0;
  disown();
}

let href = "";
let cleaned: string;

/** The address: of the query only campaigns and what the site names, the fragment only when it is a route. */
export function address(): string {
  if (href !== location.href) {
    const { search, hash } = location;
    href = location.href;
    const query = search.replace(/[?&]([^=&]*)[^&]*/g, (pair, key) =>
      /^utm_/.test(key) || `,${dataset.query},`.includes(`,${key},`) ? pair : "",
    );
    cleaned = href.replace(/[?#].*/, () => query.replace(/^&/, "?") + hash.replace(/^#(?!!?\/).*|\?.*/, ""));
  }
  return cleaned;
}

/** The number of a target. Empty texts are left out. */
export function number(record: object): number {
  const key = JSON.stringify(record, (_, value) => (value === "" ? undefined : value));
  return targets.includes(key) ? targets.indexOf(key) : targets.push(key) - 1;
}

/** Adds a row; returns the number of the event in the document, or -1 when there is no room. */
export function add(code: string, rest: unknown[] = [], seen = state, t = now()): number {
  if (doc === "") return -1;
  if (rows[Rows.Most - 1]) {
    lost++;
    return -1;
  }
  if (!rows[0])
    page = [
      address(), innerWidth, innerHeight, devicePixelRatio, navigator.maxTouchPoints, navigator.language,
      document.referrer.split("/")[2], dataset.variant, +sample, +navigator.webdriver,
      visitor(),
    ];
  const count = rows.push([code, t, seen, ...rest]);
  if (!timer || count === Rows.Full) timer = later(sendOff, count < Rows.Full ? Flush.Ms : 0);
  return from[0]! + count - 1;
}

/**
 * The page is in a state since then. Rows that came in between get it too, because they came after the change; what was
 * pressed came before its own effect.
 */
export function enter(key: string, words: () => object, since: number): void {
  let found = states.findIndex(([known]) => known === key);
  if (found < 0) found = states.push([key, words()]) - 1;
  for (const row of rows) if ((row[1] >= since || row[2] < 0) && !/[acf]/.test(row[0])) row[2] = found;
  if (found !== state) add("z", [], (state = found), since);
}

/** Sends off what there is. */
export function sendOff(): void {
  timer = 0;
  flush();
  send();
}

/** Makes a batch of what there is. */
export function flush(): void {
  if (!doc || !rows[0] || outbox[Outbox.Full]) return;
  look();
  remember();
  const events = rows.splice(0, Rows.Most);
  outbox.push(
    JSON.stringify({
      v: 1, site, session, doc, seq: seq++, at, sent: now(), page, from, events,
      targets: targets.slice(from[1]).map((text) => JSON.parse(text)),
      states: states.slice(from[2]).map(([, words]) => words),
    }),
  );
  from = [from[0]! + events.length, targets.length, states.length];
  // Said as soon as there is room again.
  if (lost > told) add("p", ["lost", `${(told = lost)}`]);
}
