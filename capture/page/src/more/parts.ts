/** What the second part is given of the first (../recorder/more.ts). They are two files, so the names are said twice. */

import type { later as Later, safely as Safely } from "../recorder/guest";
import type { Pressed } from "../recorder/pointer";
import type { listen as Listen } from "../recorder/roots";
import type { add as Add, address as Address } from "../recorder/rows";
import type { place as Put, targetOf as TargetOf } from "../recorder/targets";

export let safely: typeof Safely;
export let later: typeof Later;
export let add: typeof Add;
export let address: typeof Address;
export let place: typeof Put;
export let targetOf: typeof TargetOf;
export let listen: typeof Listen;
/** What was pressed last. */
export let latest: () => Pressed | undefined;
/** The document, and the trees inside it that can be read; none before the page was looked at. */
export let roots: () => Node[] | undefined;

type Parts = [
  typeof Safely, typeof Later, typeof Add, typeof Address, typeof Put, typeof TargetOf, typeof Listen,
  typeof latest, typeof roots,
];

export function take(parts: unknown[]): void {
  [safely, later, add, address, place, targetOf, listen, latest, roots] = parts as Parts;
}

export const now = (): number => Math.round(performance.now());
