/**
 * What the second part is given of the first (../recorder/more.ts). They are two files, so the names are said twice; the
 * build puts this module in the place of those that the first part has already brought.
 */

import type { Parts } from "../recorder/more";

type Dom = typeof import("../dom");
type Hash = typeof import("../hash");

export let safely: Parts[0];
export let later: Parts[1];
export let add: Parts[2];
export let address: Parts[3];
export let place: Parts[4];
export let targetOf: Parts[5];
export let listen: Parts[6];
export let watchRoot: Parts[7];
export let enter: Parts[8];
export let states: Parts[9];
export let site: Parts[10];
/** What was pressed last. */
export let latest: Parts[11];

export let digest: Hash["digest"];
export let hash: Hash["hash"];
export let mix: Hash["mix"];
export let ownText: (typeof import("../name"))["ownText"];
export let selector: (typeof import("../selector"))["selector"];
export let cleanAddress: (typeof import("../stable"))["cleanAddress"];
export let stable: (typeof import("../stable"))["stable"];
export let kept: (typeof import("../walk"))["kept"];

export let once: Dom["once"];
export let all: Dom["all"];
export let attr: Dom["attr"];
export let is: Dom["is"];
export let tagOf: Dom["tagOf"];
export let kindOf: Dom["kindOf"];
export let parentNode: Dom["parentNode"];
export let parentOf: Dom["parentOf"];
export let childrenOf: Dom["childrenOf"];
export let nextOf: Dom["nextOf"];
export let has: Dom["has"];
export let documentOf: Dom["documentOf"];
export let hostOf: Dom["hostOf"];
export let bodyOf: Dom["bodyOf"];
export let rectOf: Dom["rectOf"];
export let rootOf: Dom["rootOf"];
export let styleOf: Dom["styleOf"];
export let innerOf: Dom["innerOf"];
export let rootsIn: Dom["rootsIn"];
export let contains: Dom["contains"];
export let rootElementOf: Dom["rootElementOf"];

export function take(parts: Parts): void {
  [
    safely, later, add, address, place, targetOf, listen, watchRoot, enter, states, site, latest,
    digest, hash, mix, ownText, selector, cleanAddress, stable, kept,
    once, all, attr, is, tagOf, kindOf, parentNode, parentOf, childrenOf, nextOf,
    has, documentOf, hostOf, bodyOf, rectOf, rootOf, styleOf, innerOf, rootsIn,
    contains, rootElementOf,
  ] = parts;
}

export const now = (): number => Math.round(performance.now());
