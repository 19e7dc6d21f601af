/** What was seen and not sent yet, numbered, and how it becomes batches. The wire is described in collector/wire.py. */

import { later, now } from "./guest";
import { random, remember, session } from "./session";
import { site, variant } from "./snippet";
import { settle, state } from "./state";
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

/** What is sent once in a document and then called by its number: targets, and states. */
let tables: string[][];
/** Numbers of the first event, target and state that are not sent yet. */
let from = [0];
let doc: string;
let seq: number;
let page: object;
let timer: unknown;

/** Begins as if the document was loaded again: everything is numbered from 0. Before, nothing is sent. */
export function restart(): void {
  doc = random();
  seq = 0;
  from = [0, 0, 0];
  tables = [[], []];
}

/** The address of the page: of queries only what names a campaign, the fragment only when it is a route. */
export const address = (): string => location.href.replace(/[?&](?!utm_)[^?&#]*|#(?!!?\/).*/g, "");

/** The number of a target (kind 0) or state (kind 1). Empty texts are left out. */
export function number(kind: 0 | 1, record: object): number {
  const table = tables[kind]!;
  const key = JSON.stringify(record, (_, value) => (value === "" ? undefined : value));
  return table.includes(key) ? table.indexOf(key) : table.push(key) - 1;
}

/** Adds a row; returns the number of the event in the document, or -1 when there is no room. */
export function add(code: string, rest: unknown[] = [], seen = state, t = now()): number {
  if (rows[Rows.Most - 1]) return -1;
  if (!rows[0])
    page = [
      address(), innerWidth, innerHeight, devicePixelRatio, navigator.maxTouchPoints, navigator.language,
      document.referrer.split("/")[2], variant,
    ];
  timer = timer || later(sendOff, rows[Rows.Full - 2] ? 0 : Flush.Ms);
  return from[0]! + rows.push([code, t, seen, ...rest]) - 1;
}

/** Sends off what there is. */
export function sendOff(): void {
  timer = 0;
  flush();
  send();
}

/** Nothing is made into batches any more. */
export function stop(): void {
  doc = "";
}

/** Makes a batch of what there is. */
export function flush(): void {
  if (!doc || !rows[0] || outbox[Outbox.Full]) return;
  settle();
  remember();
  const [targets, states] = tables.map((table, kind) => table.slice(from[kind + 1]).map((text) => JSON.parse(text)));
  const events = rows.splice(0, Rows.Most);
  outbox.push(JSON.stringify({ v: 1, site, session, doc, seq: seq++, at, sent: now(), page, from, events, targets, states }));
  from = [from[0]! + events.length, ...tables.map((table) => table.length)];
}
