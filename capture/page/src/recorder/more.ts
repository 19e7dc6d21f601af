/**
 * The way to the second part of the recorder (../more), which comes when this one listens. It hears what this one has
 * heard and done. It is a module, so that neither Trusted Types nor a policy with nonces keeps it out.
 */

import { later, safely } from "./guest";
import { latest } from "./pointer";
import { listen } from "./roots";
import { add, address } from "./rows";
import { src } from "./snippet";
import { roots } from "./state";
import { place, targetOf } from "./targets";

export type Hear = (what: Event | MutationRecord[]) => void;

export let hear: Hear = () => {};

const parts = (): unknown[] => [safely, later, add, address, place, targetOf, listen, () => latest, () => roots];

export const loadMore = (): Promise<unknown> =>
  import(new URL("heatreel-more.js", src) as never).then(
    ({ more }: { more: (...parts: unknown[]) => Hear }) => (hear = more(...parts())),
    () => {},
  );
