/**
 * Reading the DOM of a page that nobody here wrote.
 *
 * Members are taken from the prototypes once: a form (and the document) hides its own `id`, `children` or
 * `getAttribute` behind a field of that name, and the name is the page's choice.
 */

/** Results of pure functions of a node, kept for the length of one walk over a page that stands still. */
export type Memo = Map<unknown, WeakMap<Node, unknown>>;

/** `ask(node, memo)`, computed once for each memo. */
export function once<N extends Node, T>(memo: Memo, ask: (node: N, memo: Memo) => T, node: N): T {
  let known = memo.get(ask);
  if (!known) memo.set(ask, (known = new WeakMap()));
  if (!known.has(node)) known.set(node, ask(node, memo));
  return known.get(node) as T;
}

type Unbound<N, F> = F extends (...values: infer A) => infer R ? (node: N, ...values: A) => R : (node: N) => F;

/** Getters and methods of a prototype as functions of the node. */
export function free<P, K extends (keyof P)[]>(prototype: P, ...keys: K): { [I in keyof K]: Unbound<P, P[K[I]]> } {
  return keys.map((key) => {
    const { get, value } = Object.getOwnPropertyDescriptor(prototype, key)!;
    return Function.prototype.call.bind(get || value);
  }) as never;
}

export const [
  kindOf, parentNode, owner,
  /** The document or shadow root that holds a node. */
  rootOf,
  firstChild, nextSibling, contains,
] = free(
  Node.prototype,
  "nodeType", "parentNode", "ownerDocument", "getRootNode", "firstChild", "nextSibling", "contains",
);
export const documentOf = owner as (node: Node) => Document;
export const [tagOf, shadowOf, nextOf, previousOf, has, is, closest, rectOf, get] = free(
  Element.prototype,
  "localName", "shadowRoot", "nextElementSibling", "previousElementSibling", "hasAttribute", "matches", "closest",
  "getBoundingClientRect", "getAttribute",
);
export const [bodyOf, rootElementOf] = free(Document.prototype, "body", "documentElement");

export const attr = (element: Element, name: string): string => get(element, name) || "";
export const styleOf = (element: Element): CSSStyleDeclaration => getComputedStyle(element);

/** All elements under a document, shadow root or element that match, in document order. */
export function all(root: Node, css: string): Element[] {
  const { prototype } = { 1: Element, 9: Document }[kindOf(root)] || DocumentFragment;
  return [...prototype.querySelectorAll.call(root, css)] as Element[];
}

/** Child nodes, as an array: by steps, because iterating over a live list costs several times as much. */
export function nodesIn(node: Node): Node[] {
  const nodes: Node[] = [];
  for (let child = firstChild(node); child; child = nextSibling(child)) nodes.push(child);
  return nodes;
}

export const childrenOf = (node: Node): Element[] => nodesIn(node).filter((child) => kindOf(child) === 1) as Element[];

/** What a host or frame holds: its open shadow root, or its document when that is of the same origin. */
export const innerOf = (element: Element): Node | null =>
  shadowOf(element) || (/^i?frame$/.test(tagOf(element)) ? (element as HTMLIFrameElement).contentDocument : null);

/** A document or shadow root, and all such trees inside it that can be read. */
export const rootsIn = (root: Node): Node[] => [
  root,
  ...all(root, "*").flatMap((element) => {
    const inner = innerOf(element);
    return inner ? rootsIn(inner) : [];
  }),
];

/** What holds a tree: the host of a shadow root, the frame of a document; null for this script's own document. */
export function hostOf(root: Node): HTMLElement | null {
  const { host, defaultView: view } = root as unknown as { host: HTMLElement; defaultView: Window | null };
  return root === document ? null : kindOf(root) === 11 ? host : view && (view.frameElement as HTMLElement | null);
}

/** The element around an element; out of a shadow root its host, out of a frame's document the frame. */
export function parentOf(element: Element): Element | null {
  const parent = parentNode(element);
  return parent && (kindOf(parent) === 1 ? (parent as Element) : hostOf(parent));
}
