/**
 * The documents of the read API (`docs/api.md`). Lengths are CSS px, shares 0 to 1, times ISO 8601 UTC unless a name
 * ends in `_ms` (epoch or length, milliseconds). `src` and other addresses are relative to the page that asks.
 */

export interface Answer {
  version: 1;
  /** Changes with every replay and capture: what was kept under another one is stale. */
  data: string;
}

export interface ApiError {
  version: 1;
  error: { status: number; message: string; parameter?: string };
}

// What there is

export interface WorkspaceDocument extends Answer {
  tool: string;
  /** Folder name of the workspace, for titles. */
  name: string;
  /** Label of the capture that is shown; empty when there is none. */
  capture: string;
  /** Segment in words, empty for everybody. */
  where: string;
  site: { name: string; key: string; snippet: string };
  captures: CaptureSummary[];
  freshness: Freshness;
  /** Null until there is a replay. */
  ledger: Ledger | null;
  measured: [words: string, value: string][];
  kinds: Kind[];
  /** Colours of the legend's bar by drawing, in the palette asked for; 18 CSS colours, coldest first. */
  bars: Record<Drawing, string[]>;
  palettes: Palette[];
  /** Ways to the first events and hits: shown when there is nothing yet, and under "add data" later. */
  ways: Way[];
  /** Findings by severity. */
  findings: Record<Severity, number>;
  /** Whether this server makes replays by itself when events arrive. */
  replays: boolean;
}

export interface CaptureSummary {
  label: string;
  started: string;
  /** Empty while it runs, or when it was cut off. */
  finished: string;
  browser: string;
  pages: number;
  snapshots: number;
  /** When its hits were made; empty without a replay. */
  replayed: string;
  placed: number;
  recorded: number;
}

export interface Freshness {
  captured: string;
  replayed: string;
  /** When the last batch came; empty when none ever did. */
  arrived: string;
  batches: number;
  events: number;
  /** Batches that came after the replay that is shown. */
  newer: number;
  /** A replay is running now. */
  replaying: boolean;
  /** Why the last replay of this server failed; empty when it did not. */
  failed: string;
  /** The same in a sentence. */
  line: string;
}

export interface Way {
  id: "snippet" | "record" | "import" | "capture" | "replay";
  title: string;
  about: string;
  /** Texts to copy, one box each. */
  copy: string[];
  done: boolean;
}

export interface Palette {
  name: string;
  title: string;
  stops: string[];
}

export interface Counts {
  recorded: number;
  placed: number;
  not_placed: Record<string, number>;
}

export interface Ledger extends Counts {
  line: string;
  context: Record<string, number>;
  left_out: Record<string, number>;
}

export type Drawing = "density" | "dots" | "reach" | "attention" | "boxes";

export interface Kind {
  name: string;
  title: string;
  /** The title in a word, for buttons. */
  short: string;
  noun: string;
  about: string;
  drawing: Drawing;
  enough: number;
  /** Whether the workspace holds any event of it. */
  any: boolean;
}

// Segments

/** What can be asked with `where`, to build segments by clicking. */
export interface SegmentsDocument extends Answer {
  keys: SegmentKey[];
  /** Sessions that began on each day, oldest first: for picking dates (`time>2026-01-31`). */
  days: [date: string, sessions: number][];
}

export interface SegmentKey {
  /** As in `KEY=VALUE`. */
  key: string;
  kind: "text" | "number" | "truth" | "time" | "list" | "property";
  operators: ("=" | "!=" | "~" | "<" | ">")[];
  /** Its values with the sessions (events, for type and signal) that have them, most first, at most 50. */
  values: [value: string, count: number][];
  more: number;
}

// Pages

export interface PagesDocument extends Answer {
  where: string;
  total: number;
  offset: number;
  pages: PageSummary[];
  totals: { visits: number; clicks: number; frustrated: number; events: number; pages: number; states: number; viewports: string[] };
  ledger: Ledger | null;
  /** Pages that visitors saw and the capture does not hold, most events first. */
  uncaptured: { page: string; events: number }[];
}

export interface PageSummary {
  page: string;
  url: string;
  title: string;
  visits: number;
  events: number;
  clicks: number;
  /** Clicks that were dead, in a rage or threw an error; each counts once. */
  frustrated: number;
  states: number;
  viewports: string[];
  variants: string[];
  unknown: number;
  /** Of its last event; empty without one. */
  last: string;
  /** Picture that stands for it, with the clicks on it. */
  card: string;
}

/** One page: all its places and states with their counts. In a report `layers` and `elements` are there too. */
export interface PageDocument extends Answer {
  capture: string;
  where: string;
  page: string;
  url: string;
  title: string;
  places: Place[];
}

export interface Viewport {
  name: string;
  width: number;
  height: number;
  dpr: number;
  touch: boolean;
}

export interface Place {
  viewport: Viewport;
  variant: string;
  visits: number;
  events: number;
  /** Of everybody: what is not placed belongs to no segment. */
  ledger: Partial<Counts>;
  unknown: UnknownState[];
  states: State[];
}

export interface UnknownState {
  events: number;
  sessions: number;
  /** Share of the events of the place, those of unknown states among them. */
  share: number;
  path: string[];
  nearest: string;
  /** The command that captures it. */
  command: string;
}

export interface State {
  id: string;
  label: string;
  kind: string;
  parent: string;
  recipe: string[];
  snapshot: number;
  width: number;
  height: number;
  events: number;
  share: number;
  clicks: number;
  frustrated: number;
  thumb: string;
  picture: Part[];
  /** Asked of `/state`; in a report always there. */
  layers?: Record<string, Layer>;
  elements?: ElementNumbers[];
}

/** An image of the page: where it begins, how tall it is, its address. */
export type Part = [top: number, height: number, src: string];

/** A state with its layers and its elements' numbers. */
export interface StateDocument extends Answer, State {
  where: string;
  visits: number;
  layers: Record<string, Layer>;
  elements: ElementNumbers[];
}

export interface Layer {
  /** Empty for a layer that is empty or drawn by the viewer from `elements`. */
  src: string;
  /** Width and height that the image covers, from the page's top left. */
  size: [number, number];
  empty: boolean;
  events: number;
  title: string;
  bar: string;
  ticks: [place: number, text: string][];
  sample: string;
  notes: string[];
  details: string[];
  /** Colours with their words, in place of the bar (confetti). */
  swatches: [colour: string, words: string][];
  /** Hot end of the scale; `top` of a request paints others with the same. */
  top: number;
  lines?: [y: number, text: string][];
  fold?: [y: number, text: string];
  /** Share of visits in % at every 20 CSS px from the top. */
  reach?: number[];
  /** Seconds on screen at every 20 CSS px from the top. */
  dwell?: number[];
}

export interface ElementNumbers {
  /** Index in the outline of the snapshot. */
  i: number;
  name: string;
  role: string;
  selector: string;
  box: [x: number, y: number, width: number, height: number];
  /** Whether a person may expect it to act. */
  acts: boolean;
  clicks?: number;
  /** Of the clicks on the state. */
  share?: number;
  /** Visits that clicked it. */
  visits?: number;
  /** Of the visits of the page at this viewport and variant. */
  visitShare?: number;
  sessions?: number;
  first?: number;
  last?: number;
  dead?: number;
  rage?: number;
  error?: number;
  nearMiss?: number;
  /** Visits that had its middle on screen in this state. */
  seen?: number;
  /** Click-through: of these, the share that clicked it. */
  ctr?: number;
  /** Median time from the start of a visit to its first click here, over visits that clicked; null when unknown. */
  firstMs?: number | null;
}

// Any width

/** Where hits are inside of elements, for heat at any width. */
export interface HitsDocument extends Answer {
  snapshot: number;
  kind: string;
  where: string;
  /** Events told, of `total`: those on elements. */
  told: number;
  total: number;
  visits: number;
  /** Hot end of the layer's scale, its hottest place, and its tone, as `overlays/tone.py` has them. */
  top: number;
  peak?: number;
  tone?: string;
  radius: number;
  /** Palette as 256 CSS colours, coldest first. */
  colours: string[];
  elements: { i: number; selector: string; path: string; fixed: boolean; clicks: number; box: [number, number, number, number] }[];
  /**
   * Counts by place in an element: index into `elements`, then the middle of the place as a share of the box (0 to
   * 1000, may lie a little outside), then events. Flat: 4 numbers each.
   */
  points: number[];
}

// Compare

export interface CompareDocument extends Answer {
  kind: string;
  /** What tells the sides apart, in words. */
  names: [before: string, after: string];
  sides: [Side, Side];
  /** What is significant of the change, over the picture of `after`; null for kinds that cannot be compared so. */
  difference: Layer | null;
  elements: ElementChange[];
  totals: Change[];
}

export interface Side {
  name: string;
  capture: string;
  page: string;
  viewport: Viewport;
  variant: string;
  where: string;
  state: Pick<State, "id" | "label" | "kind" | "snapshot" | "width" | "height" | "picture" | "thumb">;
  visits: number;
  clicks: number;
  /** Events that have no place on the other side. */
  lost: number;
  /** On one scale with the other side, in events for each 1,000 visits. */
  layer: Layer;
}

export interface Rate {
  count: number;
  total: number;
  share: number;
  low: number;
  high: number;
}

/** A share before and after, with intervals of 95 %. */
export interface Change {
  name: string;
  before: Rate;
  after: Rate;
  change: { value: number; low: number; high: number; p: number };
  /** Among all compared, at a false discovery rate of 5 %. */
  significant: boolean;
}

export interface ElementChange extends Change {
  i: number;
  selector: string;
  box: [number, number, number, number];
}

// Sessions

export interface SessionsDocument extends Answer {
  where: string;
  total: number;
  offset: number;
  sessions: SessionSummary[];
}

export interface SessionSummary {
  session: string;
  started: string;
  seconds: number;
  viewport: string;
  touch: boolean;
  source: string;
  country: string;
  variant: string;
  language: string;
  who: string;
  /** In the order of their first visit. */
  pages: string[];
  states: number;
  events: number;
  clicks: number;
  dead: number;
  rage: number;
  error: number;
  film: boolean;
}

export interface SessionDocument extends Answer {
  session: SessionSummary;
  goals: string[];
  properties: Record<string, string>;
  started_ms: number;
  /** Length of all. */
  ms: number;
  /** Snapshots that steps are on, by id. */
  snapshots: Record<string, SessionScene>;
  steps: Step[];
  /** Address of the film's events; empty without one. */
  film: string;
}

export interface SessionScene {
  page: string;
  title: string;
  viewport: Viewport;
  variant: string;
  state: string;
  label: string;
  width: number;
  height: number;
  picture: Part[];
}

export interface Step {
  /** From the session's start. */
  ms: number;
  type: string;
  /** 0 for what was not placed. */
  snapshot: number;
  x: number | null;
  y: number | null;
  /** For scroll and view: the deepest page px that was on screen is `y`; the window is this tall. */
  window?: number;
  element: number;
  selector: string;
  name: string;
  box?: [number, number, number, number];
  signals: string[];
  error: string;
  /** Why it was not placed, in a word of the ledger; empty when it was. */
  reason: string;
  page: string;
  /** Length of a hover. */
  length?: number;
}

/** rrweb events as the recorder sent them, for `@rrweb/replay`. Hostile: only for a sandboxed frame. */
export interface FilmDocument extends Answer {
  session: string;
  events: { type: number; timestamp: number; data: unknown }[];
}

// Findings

export type Severity = "error" | "warning" | "info";

export interface FindingsDocument extends Answer {
  total: number;
  findings: Finding[];
  /** Where they come from, and what to run when one is missing. */
  sources: { source: "insights" | "verify"; made: string; about: string; command: string; count: number }[];
}

export interface Finding {
  id: string;
  source: "insights" | "verify";
  rule: string;
  severity: Severity;
  title: string;
  detail: string;
  capture: string;
  page: string;
  viewport: string;
  variant: string;
  state: string;
  selector: string;
  name: string;
  /** Words and values, as they are to be shown. */
  numbers: [words: string, value: string][];
  confidence: number | null;
  /** Picture of the element with its heat; empty when there is none. */
  crop: string;
  /** Query of `/sessions` that lists the sessions behind it; empty when there are none. */
  sessions: string;
  /** Text for a ticket, Markdown. */
  ticket: string;
}

// Routes and arrivals

export interface RoutesDocument extends Answer {
  routes: string[];
  query: string[];
  tested: RouteTest[];
  /** What the patterns asked for would make of the pages that visitors saw. */
  groups: { page: string; pages: string[]; events: number }[];
  /** Lines for `heatreel.toml`. */
  toml: string;
}

export interface RouteTest {
  url: string;
  canonical: string;
  page: string;
  /** The pattern that fits, empty when the page is the path itself. */
  route: string;
  captured: boolean;
  error: string;
}

export interface LiveDocument {
  version: 1;
  batches: number;
  events: number;
  /** Arrived since `since` (epoch ms of the request). */
  new_batches: number;
  new_events: number;
  now_ms: number;
  arrived: string;
  /** Sessions heard of within 5 minutes. */
  sessions: number;
  /** Pages of the last batches, newest first. */
  pages: string[];
  freshness: Freshness;
}
