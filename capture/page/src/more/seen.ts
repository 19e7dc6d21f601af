/**
 * What can be seen of the page: its leaves (../sketch.ts) and switches, kept for each element, so that after a change
 * only what has changed is read again.
 *
 * A change may show or hide something elsewhere, by a style sheet. Most of that is told by what hid something before:
 * for each hidden leaf, the outermost element that hides it is a **curtain**. There are as many as menus, panels and
 * dialogs, so each is looked at after every change. The rest is told by some leaves that are looked at in turn.
 */

import {
  all, contains, documentOf, innerOf, is, kindOf, nextOf, once, parentNode, parentOf, rectOf, styleOf, tagOf, type Memo,
} from "../dom";
import { visible } from "../geometry";
import { digest } from "../hash";
import { selector } from "../selector";
import { CARRIER, settingOf } from "../settings";
import { BITS, imprint } from "../sketch";
import { site } from "./parts";
import { sketching, type Sketching } from "./sketching";
import { watch } from "./trees";

/** How many curtains before and after one, and other leaves, are looked at after a change; what is between two looks at the clock. */
const enum Most { Curtains = 64, Leaves = 24, AtOnce = 32 }

/** Hashes of all leaves, and which of them are seen. */
const imprints = new Map<Element, number>();
const seen = new Set<Element>();
/** How many leaves that are seen have a hash; the sum of these hashes; and those that came or went. */
const counts = new Map<number, number>();
const flipped = new Set<number>();
let sum = 0;

/** What hides something, or did: whether it can be seen. */
const curtains = new Map<Element, boolean>();
/** What may carry a setting, and the keys of those whose selectors still hold. */
const carriers = new Set<Element>();
const keys = new WeakMap<Element, string>();
/** Custom elements that may get a tree of their own yet. */
const hosts = new Set<Element>();

/** What has changed: elements, elements with all inside, what may have been shown or hidden inside, what went. */
const self = new Set<Element>();
const deep = new Set<Node>();
const wide = new Set<Element>();
const gone: Node[] = [];
/** What is to be read, and what is only to be looked at, of all that. */
const unread = new Set<Element>();
const unseen = new Set<Element>();

let sketch: Sketching | undefined;

const isElement = (node: Node | null): node is Element => !!node && kindOf(node) === 1;

/** Something below a node was changed; costs next to nothing. */
export function note({ type, target, attributeName, addedNodes, removedNodes, nextSibling }: MutationRecord): void {
  const element = isElement(target) ? target : parentNode(target);
  if (isElement(element)) self.add(element);
  if (type === "attributes") {
    if (/^(id|contenteditable|data-heatreel-mask)$/.test(attributeName!)) deep.add(target);
    // Styles of the whole page's root are set at every turn, to lock scrolling or hold a number.
    else if (attributeName !== "style" || !is(element as Element, "html,body")) wide.add(target as Element);
  }
  addedNodes.forEach((node) => isElement(node) && deep.add(node));
  removedNodes.forEach((node) => isElement(node) && gone.push(node));
  // Whether it is the first of its siblings, and which, may have changed.
  if (isElement(nextSibling)) self.add(nextSibling);
  if (attributeName === "id" || removedNodes[0] || (addedNodes[0] && nextSibling))
    for (const carrier of carriers) if (contains(target, carrier)) keys.delete(carrier);
}

/** Something may have been shown or hidden: inside an element, or anywhere. */
export const review = (inside?: Element): unknown => wide.add(inside || document.documentElement);

/** A tree was found. */
export const watchTree = (root: Node): unknown => watch(root) && deep.add(root);

/** A tree in a frame was loaded: what was there is gone. */
export function reload(frame: Element): void {
  deep.add(frame);
  for (const element of imprints.keys()) if (!documentOf(element).defaultView) gone.push(element);
}

/** All elements in a tree, through open shadow roots and frames, which are watched from now on. */
function elementsIn(root: Node): Element[] {
  const found = isElement(root) ? [root, ...all(root, "*")] : all(root, "*");
  return found.concat(
    ...found.map((element) => {
      const inner = innerOf(element);
      if (inner) watch(inner);
      else if (tagOf(element).includes("-")) hosts.add(element);
      return inner ? elementsIn(inner) : [];
    }),
  );
}

/** Works out what is to be read and looked at again, after what was noted. */
export function gather(memo: Memo): void {
  for (const host of hosts) if (innerOf(host) && hosts.delete(host)) deep.add(host);
  for (const root of gone.splice(0)) if (isGone(root)) elementsIn(root).forEach(forget);
  for (const root of deep) if (!isGone(root)) elementsIn(root).forEach((element) => unread.add(element));
  for (const element of self) unread.add(element);
  lift([...self].map(parentOf), memo);
  for (const element of wide) {
    if (is(element, "html,body")) unseeAll();
    else for (const around of [element, nextOf(element)]) if (around) elementsIn(around).forEach(unsee);
  }
  for (const set of [deep, self, wide]) set.clear();
  sample(memo);
}

/** Whether a custom element has got a tree of its own since: no record of a change tells of that. */
export const hasGrown = (): boolean => [...hosts].some(innerOf);

const isGone = (node: Node): boolean =>
  !node.isConnected || !(kindOf(node) === 9 ? (node as Document) : documentOf(node)).defaultView;

const unsee = (element: Element): unknown => imprints.has(element) && unseen.add(element);
const unseeAll = (): void => [...imprints.keys()].forEach(unsee);

/** Which curtains were opened or closed? If there are many: of those near a change, and some of the others. */
function lift(near: (Element | null)[], memo: Memo): void {
  const from = Math.random() * curtains.size;
  let turn = 0;
  for (const [curtain, shown] of curtains) {
    const due = Math.abs(turn++ - from) <= Most.Curtains || near.some((around) => around && contains(around, curtain));
    if (!due || once(memo, visible, curtain) === shown) continue;
    curtains.set(curtain, !shown);
    wide.add(curtain);
  }
}

let turns = imprints.keys();

/** A few of the leaves that nothing is known to have happened to: is one not as it was, all are looked at. */
function sample(memo: Memo): void {
  for (let i = 0; i < Most.Leaves; i++) {
    const { value: leaf } = turns.next();
    if (!leaf) turns = imprints.keys();
    else if (!unread.has(leaf) && !unseen.has(leaf) && once(memo, visible, leaf) !== seen.has(leaf)) return unseeAll();
  }
}

/** Reads and looks at what is due for as long as there is time; says whether all is done. */
export function catchUp(memo: Memo, isTime: () => boolean): boolean {
  let looked = 0;
  for (const [due, work] of [[unread, read], [unseen, see]] as const) {
    for (const element of due) {
      due.delete(element);
      work(element, memo);
      if (++looked % Most.AtOnce === 0 && !isTime()) return false;
    }
  }
  return !unread.size && !unseen.size;
}

function count(hash: number, by: 1 | -1): void {
  const before = counts.get(hash) || 0;
  if (before + by) counts.set(hash, before + by);
  else counts.delete(hash);
  // It came, or the last one went.
  if (before + (by - 1) / 2) return;
  sum = (sum + by * hash) | 0;
  flipped.add(hash);
}

/** What an element says, and whether that is seen. */
function read(element: Element, memo: Memo): void {
  forget(element);
  if (isGone(element)) return;
  const hash = imprint(element, memo);
  if (hash) imprints.set(element, hash);
  if (is(element, CARRIER)) carriers.add(element);
  see(element, memo);
}

function see(element: Element, memo: Memo): void {
  const hash = imprints.get(element);
  if (!hash) return;
  const shown = once(memo, visible, element);
  if (!shown) curtains.set(once(memo, curtain, element), false);
  if (shown === seen.has(element)) return;
  if (shown) seen.add(element);
  else seen.delete(element);
  count(hash, shown ? 1 : -1);
}

function forget(element: Element): void {
  if (seen.delete(element)) count(imprints.get(element)!, -1);
  imprints.delete(element);
  curtains.delete(element);
  carriers.delete(element);
  hosts.delete(element);
}

// Not in browsers of before 2024: each leaf is its own curtain there.
const { checkVisibility } = Element.prototype as { checkVisibility?: Element["checkVisibility"] };

/** Whether all inside an element is hidden with it: not if it merely has no size, and what is inside sticks out. */
function hides(element: Element, memo: Memo): boolean {
  if (is(element, "html,body") || once(memo, visible, element)) return false;
  const { display, overflow } = styleOf(element);
  const { width, height } = rectOf(element);
  const rendered = !checkVisibility || checkVisibility.call(element);
  return display !== "contents" && (!rendered || overflow !== "visible" || width * height > 1);
}

/** The outermost element that hides a hidden one. */
function curtain(element: Element, memo: Memo): Element {
  const around = parentOf(element);
  return around && once(memo, hides, around) ? once(memo, curtain, around) : element;
}

/** The key of the selector of a switch; it holds until `note` says otherwise. */
function keyOf(carrier: Element, memo: Memo): string {
  if (!keys.has(carrier)) keys.set(carrier, digest(once(memo, selector, carrier), site));
  return keys.get(carrier)!;
}

/** How the switches are set, in an order that only the keys decide. */
export const settings = (memo: Memo): [key: string, setting: string][] =>
  [...carriers]
    .map((carrier) => [keyOf(carrier, memo), settingOf(carrier, memo)] as const)
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));

/** What is seen, as one number for this document. */
export const digestOfSeen = (): number => sum;

export const sketchOfSeen = (): string => (sketch = sketch || sketching(BITS))(flipped, counts);

/** Whether a leaf that can be seen is among those known to be; what is no leaf is. */
export function isKnown(element: Element): boolean {
  const memo: Memo = new Map();
  const hash = imprint(element, memo);
  return !hash || counts.has(hash) || !visible(element, memo);
}
