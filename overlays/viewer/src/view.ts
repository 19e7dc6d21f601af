/** What is looked at, kept in the address bar so that a link shows the same. */
import { type PageDocument, type Place, type State, placeKey } from "./data.js";

export interface View {
  place: number;
  state: number;
  kind: string;
  /** Opacity of the layer in %, 0 to 100. */
  opacity: number;
  /** Fit the page to the room there is, or show it in its own size. */
  fit: boolean;
  /** Pinned element, its index in the snapshot's outline, or -1. */
  pinned: number;
}

export function placeOf(doc: PageDocument, view: View): Place {
  return doc.places[view.place]!;
}

export function stateOf(doc: PageDocument, view: View): State {
  return placeOf(doc, view).states[view.state]!;
}

/** The view to begin with: the place with most visits, the default state, clicks. */
export function firstView(doc: PageDocument): View {
  const visits = doc.places.map((place) => place.visits);
  const place = visits.indexOf(Math.max(...visits));
  return { place, state: defaultState(doc.places[place]!), kind: "click", opacity: 100, fit: true, pinned: -1 };
}

/** The viewports and variants that a page was captured at, each once. */
export function choices(doc: PageDocument): { viewports: string[]; variants: string[] } {
  return {
    viewports: [...new Set(doc.places.map((place) => place.viewport.name))],
    variants: [...new Set(doc.places.map((place) => place.variant))],
  };
}

/** The place of a viewport and variant, or else the first of the viewport. */
export function placeAt(doc: PageDocument, viewport: string, variant: string): number {
  const exact = doc.places.findIndex((place) => place.viewport.name === viewport && place.variant === variant);
  return exact >= 0 ? exact : doc.places.findIndex((place) => place.viewport.name === viewport);
}

export function defaultState(place: Place): number {
  return Math.max(place.states.findIndex((state) => state.id === "default"), 0);
}

/** The same state at another place, or its default state. */
export function stateAt(place: Place, id: string): number {
  const found = place.states.findIndex((state) => state.id === id);
  return found < 0 ? defaultState(place) : found;
}

export function toHash(doc: PageDocument, view: View): string {
  const words = new URLSearchParams({
    v: placeKey(placeOf(doc, view)),
    s: stateOf(doc, view).id,
    k: view.kind,
    o: String(view.opacity),
  });
  if (!view.fit) words.set("z", "1");
  if (view.pinned >= 0) words.set("e", String(view.pinned));
  return `#${words}`;
}

/** The view that a hash names; what it does not name or names wrongly is as at the beginning. */
export function fromHash(doc: PageDocument, hash: string): View {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const view = firstView(doc);
  const place = doc.places.findIndex((one) => placeKey(one) === words.get("v"));
  if (place >= 0) view.place = place;
  view.state = stateAt(placeOf(doc, view), words.get("s") ?? "");
  const kind = words.get("k") ?? "";
  if (doc.kinds.some((one) => one.name === kind)) view.kind = kind;
  const opacity = Number(words.get("o") ?? 100);
  if (opacity >= 0 && opacity <= 100) view.opacity = opacity;
  view.fit = words.get("z") !== "1";
  const pinned = Number(words.get("e") ?? -1);
  if (stateOf(doc, view).elements.some((element) => element.i === pinned)) view.pinned = pinned;
  return view;
}

type Listener = (view: View, before: View | null) => void;

/** Holds the view and tells who listens when it changes. */
export class Store {
  private readonly listeners: Listener[] = [];

  constructor(
    readonly doc: PageDocument,
    public view: View,
  ) {}

  /** Calls a listener now and at every change. */
  listen(listener: Listener): void {
    this.listeners.push(listener);
    listener(this.view, null);
  }

  set(change: Partial<View>): void {
    const before = this.view;
    this.view = { ...before, ...change };
    const moved = this.view.place !== before.place || this.view.state !== before.state;
    // An element's index means another element on another snapshot.
    if (moved && change.pinned === undefined) this.view.pinned = -1;
    for (const listener of this.listeners) listener(this.view, before);
  }

  /** Goes to another place and keeps the state where it exists there. */
  setPlace(place: number): void {
    const state = stateAt(this.doc.places[place]!, stateOf(this.doc, this.view).id);
    this.set({ place, state });
  }
}
