/** Holds what the map shows, fetches what it needs, and tells who listens when it is there. */
import type { ElementNumbers, Kind, Layer, PageDocument, Place, State, StateDocument, WorkspaceDocument } from "./api.js";
import type { Choice, Source } from "./source.js";
import { type View, placeOf, stateAt, stateOf } from "./view.js";

export interface Now {
  doc: PageDocument;
  detail: StateDocument;
  view: View;
}

type Listener = (now: Now, before: Now | null) => void;

export class Store {
  private readonly listeners: Listener[] = [];
  private asked = 0;
  /** Told when documents are asked for and when they have come. */
  onBusy: (busy: boolean) => void = () => undefined;
  onError: (error: unknown) => void = () => undefined;

  constructor(
    readonly source: Source,
    readonly workspace: WorkspaceDocument,
    public choice: Choice,
    public now: Now,
  ) {}

  get view(): View {
    return this.now.view;
  }
  get doc(): PageDocument {
    return this.now.doc;
  }
  get place(): Place {
    return placeOf(this.now.doc, this.now.view);
  }
  get state(): State {
    return stateOf(this.now.doc, this.now.view);
  }
  get elements(): ElementNumbers[] {
    return this.now.detail.elements;
  }
  get layer(): Layer | undefined {
    return this.now.detail.layers[this.now.view.kind];
  }
  get kind(): Kind {
    return this.workspace.kinds.find((kind) => kind.name === this.now.view.kind)!;
  }

  /** Calls a listener now and at every change. */
  listen(listener: Listener): void {
    this.listeners.push(listener);
    listener(this.now, null);
  }

  /** Changes the view. What it shows changes all at once, when the documents are there: nothing jumps. */
  set(change: Partial<View>): void {
    void this.show(this.choice, this.now.doc, { ...this.now.view, ...change }, change.pinned !== undefined);
  }

  /** Goes to another place and keeps the state where it exists there. */
  setPlace(place: number): void {
    this.set({ place, state: stateAt(this.doc.places[place]!, this.state.id) });
  }

  /** Shows a view of a document, with the events of a choice. */
  async show(choice: Choice, doc: PageDocument, view: View, pins = true): Promise<void> {
    const turn = ++this.asked;
    const moved = doc !== this.now.doc || view.place !== this.view.place || view.state !== this.view.state;
    // An element's index means another element on another snapshot.
    const wanted = moved && !pins ? { ...view, pinned: -1 } : view;
    const same = !moved && this.now.detail.layers[wanted.kind] !== undefined;
    let detail = this.now.detail;
    if (!same) {
      this.onBusy(true);
      try {
        detail = await detailOf(this.source, choice, doc, wanted);
      } catch (error) {
        if (turn === this.asked) {
          this.onBusy(false);
          this.onError(error);
        }
        return;
      }
      if (turn !== this.asked) return;
      this.onBusy(false);
    }
    const before = this.now;
    this.choice = choice;
    this.now = { doc, detail, view: wanted };
    for (const listener of this.listeners) listener(this.now, before);
  }
}

/** The document of the state that a view shows. */
export function detailOf(source: Source, choice: Choice, doc: PageDocument, view: View): Promise<StateDocument> {
  const { viewport, variant } = placeOf(doc, view);
  const spot = { page: doc.page, viewport: viewport.name, variant, state: stateOf(doc, view).id };
  return source.state(choice, spot, view.kind);
}

/** Whether another snapshot, or the same with other events, is shown. */
export function hasMoved(now: Now, before: Now | null): boolean {
  return !before || now.doc !== before.doc || now.view.place !== before.view.place || now.view.state !== before.view.state;
}
