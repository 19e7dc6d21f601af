/** The document a page of the report carries, as `report_data.py` writes it. Lengths are CSS px, shares 0 to 1. */

export interface Counts {
  recorded: number;
  placed: number;
  not_placed: Record<string, number>;
}

export interface Ledger extends Counts {
  line: string;
  context: Record<string, number>;
}

export interface Kind {
  name: string;
  title: string;
  /** The title in a word, for buttons. */
  short: string;
  noun: string;
  about: string;
  drawing: "density" | "reach" | "boxes";
  enough: number;
}

export interface Layer {
  src: string;
  /** Width and height that the image covers, from the page's top left. */
  size: [number, number];
  empty: boolean;
  events: number;
  bar: string;
  ticks: [place: number, text: string][];
  sample: string;
  notes: string[];
  lines?: [y: number, text: string][];
  fold?: [y: number, text: string];
  /** Share of visits in % at every 20 CSS px from the top. */
  reach?: number[];
}

export interface ElementNumbers {
  i: number;
  name: string;
  selector: string;
  box: [x: number, y: number, width: number, height: number];
  acts: boolean;
  clicks?: number;
  share?: number;
  visits?: number;
  visitShare?: number;
  sessions?: number;
  first?: number;
  last?: number;
  dead?: number;
  rage?: number;
  error?: number;
}

export interface State {
  id: string;
  label: string;
  kind: string;
  recipe: string[];
  width: number;
  height: number;
  events: number;
  share: number;
  clicks: number;
  thumb: string;
  picture: [top: number, height: number, src: string][];
  layers: Record<string, Layer>;
  elements: ElementNumbers[];
}

export interface UnknownState {
  events: number;
  sessions: number;
  path: string[];
  nearest: string;
}

export interface Place {
  viewport: { name: string; width: number; height: number; dpr: number; touch: boolean };
  variant: string;
  visits: number;
  ledger: Partial<Counts>;
  unknown: UnknownState[];
  states: State[];
}

export interface Shared {
  version: number;
  name: string;
  capture: string;
  date: string;
  where: string;
  ledger: Ledger;
  measured: [words: string, value: string][];
  kinds: Kind[];
  bars: Record<Kind["drawing"], string[]>;
}

export interface PageDocument extends Shared {
  page: string;
  url: string;
  title: string;
  places: Place[];
  pages: { page: string; title: string; href: string }[];
}

/** The JSON in the page; null when it is not there. */
export function readDocument<T extends Shared>(root: Document = document): T | null {
  const text = root.getElementById("document")?.textContent;
  return text ? (JSON.parse(text) as T) : null;
}

/** What a place is called in a link: unique in its page. */
export function placeKey(place: Place): string {
  return place.variant ? `${place.viewport.name}.${place.variant}` : place.viewport.name;
}
