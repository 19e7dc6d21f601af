/** What is looked at on the map, kept in the address bar so that a link shows the same. */
import type { Kind, PageDocument, Place, State, StateDocument } from "./api.js";

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
  /** Width in CSS px that the page is laid out at anew, or 0 for the picture that was captured. */
  width: number;
}

/** A page with the document of the state that is shown. */
export interface Shown {
  doc: PageDocument;
  detail: StateDocument;
}

export const NARROWEST = 320;
export const WIDEST = 2560;

export function placeOf(doc: PageDocument, view: View): Place {
  return doc.places[view.place]!;
}

export function stateOf(doc: PageDocument, view: View): State {
  return placeOf(doc, view).states[view.state]!;
}

/** What a place is called in a link: unique in its page. */
export function placeKey(place: Place): string {
  return place.variant ? `${place.viewport.name}.${place.variant}` : place.viewport.name;
}

/** The view to begin with: the place with most visits, the default state, clicks. */
export function firstView(doc: PageDocument): View {
  const visits = doc.places.map((place) => place.visits);
  const place = Math.max(visits.indexOf(Math.max(...visits)), 0);
  return { place, state: defaultState(doc.places[place]!), kind: "click", opacity: 100, fit: true, pinned: -1, width: 0 };
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

/** Words of the address for a view. */
export function toWords(doc: PageDocument, view: View): Record<string, string> {
  const place = placeOf(doc, view);
  return {
    page: doc.page,
    viewport: place.viewport.name,
    variant: place.variant,
    state: stateOf(doc, view).id,
    kind: view.kind,
    opacity: view.opacity === 100 ? "" : String(view.opacity),
    zoom: view.fit ? "" : "own",
    element: view.pinned >= 0 ? String(view.pinned) : "",
    width: view.width ? String(view.width) : "",
  };
}

/** The view that words name; what they do not name or name wrongly is as at the beginning. */
export function fromWords(doc: PageDocument, words: URLSearchParams, kinds: Kind[]): View {
  const view = firstView(doc);
  const viewport = words.get("viewport") ?? "";
  const place = placeAt(doc, viewport, words.get("variant") ?? "");
  if (place >= 0) view.place = place;
  view.state = stateAt(placeOf(doc, view), words.get("state") ?? "");
  const kind = words.get("kind") ?? "";
  if (kinds.some((one) => one.name === kind)) view.kind = kind;
  const opacity = Number(words.get("opacity") ?? 100);
  if (opacity >= 0 && opacity <= 100) view.opacity = opacity;
  view.fit = words.get("zoom") !== "own";
  const pinned = Number(words.get("element") ?? -1);
  if (Number.isInteger(pinned)) view.pinned = pinned;
  const width = Number(words.get("width") ?? 0);
  if (width >= NARROWEST && width <= WIDEST) view.width = Math.round(width);
  return view;
}
