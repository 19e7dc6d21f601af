/** What the frame of the viewer and its screens know of each other. */
import type { Address } from "./address.js";
import type { WorkspaceDocument } from "./api.js";
import type { Foot } from "./ledger.js";
import type { Choice, Source } from "./source.js";

export interface Context {
  source: Source;
  workspace: WorkspaceDocument;
  choice: Choice;
  address: Address;
  foot: Foot;
  /** Segment and dates; a screen may put it where it has room. */
  filter: HTMLElement;
  /** Goes to an address of the viewer; `quietly` without a new step in the history. */
  go(hash: string, quietly?: boolean): void;
}

export interface Shown {
  root: HTMLElement;
  title: string;
  /** Takes an address of the same screen without being built anew; false when it cannot. */
  take?(context: Context): boolean;
  leave?(): void;
}

export type ScreenMaker = (context: Context) => Promise<Shown>;
