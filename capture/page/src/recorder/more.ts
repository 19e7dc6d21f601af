/**
 * The way to the second part of the recorder (../more), which comes when this one listens: it says which state the page
 * is in, and hears what this one has heard and done. It is a module, so that neither Trusted Types nor a policy with
 * nonces keeps it out.
 */

import * as dom from "../dom";
import { digest, hash, mix } from "../hash";
import { ownText } from "../name";
import { selector } from "../selector";
import { cleanAddress, stable } from "../stable";
import { kept } from "../walk";
import { later, safely } from "./guest";
import { latest } from "./pointer";
import { listen, watchRoot } from "./roots";
import { add, address, enter, states } from "./rows";
import { site, src } from "./snippet";
import { place, targetOf } from "./targets";

/** What the second part hears, and does before something is pressed on an element, or sent. */
export type Second = [hear: (what: Event | MutationRecord[]) => void, look: (target?: Element) => void];

export let [hear, look]: Second = [() => {}, () => {}];

/** What the second part needs of this one: it brings no copy of its own. */
const parts = () =>
  [
    safely, later, add, address, place, targetOf, listen, watchRoot, enter, states, site!, () => latest,
    digest, hash, mix, ownText, selector, cleanAddress, stable, kept,
    dom.once, dom.all, dom.attr, dom.is, dom.tagOf, dom.kindOf, dom.parentNode, dom.parentOf, dom.childrenOf, dom.nextOf,
    dom.has, dom.documentOf, dom.hostOf, dom.bodyOf, dom.rectOf, dom.rootOf, dom.styleOf, dom.innerOf, dom.rootsIn,
    dom.contains, dom.rootElementOf,
  ] as const;

export type Parts = ReturnType<typeof parts>;

export const loadMore = (): Promise<unknown> =>
  import(new URL("heatreel-more.js", src) as never).then(
    safely(({ more }: { more: (parts: Parts) => Second }) => ([hear, look] = more(parts()))),
    () => {},
  );
