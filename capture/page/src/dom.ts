/**
 * Reading the DOM of a page that nobody here wrote.
 *
 * Properties are read through the prototypes: a form (and the document) hides its own `id`, `children` or
 * `getAttribute` behind a field of that name, and the name is the page's choice.
 */

/** Results of pure functions of an element, kept for the length of one walk over a page that stands still. */
export type Memo = Map<unknown, WeakMap<Node, unknown>>;

/** `ask(element, memo)`, computed once for each memo. */
export function once<N extends Node, T>(memo: Memo, ask: (node: N, memo: Memo) => T, node: N): T {
  let known = memo.get(ask);
  if (!known) memo.set(ask, (known = new WeakMap()));
  if (!known.has(node)) known.set(node, ask(node, memo));
  return known.get(node) as T;
}

const reader = <P extends Node, K extends keyof P>(prototype: P, key: K): ((node: Node) => P[K]) => {
  const read = Object.getOwnPropertyDescriptor(prototype, key)!.get!;
  return (node) => read.call(node);
};

export const kindOf = reader(Node.prototype, "nodeType");
export const parentNode = reader(Node.prototype, "parentNode");
export const documentOf = reader(Node.prototype, "ownerDocument") as (node: Node) => Document;
const firstChild = reader(Node.prototype, "firstChild");
const nextNode = reader(Node.prototype, "nextSibling");
export const tagOf = reader(Element.prototype, "localName");
export const shadowOf = reader(Element.prototype, "shadowRoot");
export const previousOf = reader(Element.prototype, "previousElementSibling");
export const nextOf = reader(Element.prototype, "nextElementSibling");
export const viewOf = reader(Document.prototype, "defaultView");
export const bodyOf = reader(Document.prototype, "body");

const { getRootNode } = Node.prototype;
const { getAttribute, hasAttribute, matches, closest, getBoundingClientRect } = Element.prototype;

export const has = (element: Element, name: string): boolean => hasAttribute.call(element, name);
export const attr = (element: Element, name: string): string => getAttribute.call(element, name) || "";
export const is = (element: Element, css: string): boolean => matches.call(element, css);
export const up = (element: Element, css: string): Element | null => closest.call(element, css);
export const rectOf = (element: Element): DOMRect => getBoundingClientRect.call(element);
export const styleOf = (element: Element): CSSStyleDeclaration => getComputedStyle(element);

/** All elements under a document, shadow root or element that match, in document order. */
export function all(root: Node, css: string): Element[] {
  const kinds = { 1: Element, 9: Document } as Record<number, { prototype: ParentNode }>;
  const { prototype } = kinds[kindOf(root)] || DocumentFragment;
  return [...prototype.querySelectorAll.call(root, css)];
}

/** Child nodes, as an array. */
export function nodesIn(node: Node): ChildNode[] {
  const nodes: ChildNode[] = [];
  for (let child = firstChild(node); child; child = nextNode(child)) nodes.push(child);
  return nodes;
}

export const childrenOf = (node: Node): Element[] =>
  nodesIn(node).filter((child) => kindOf(child) === 1) as Node[] as Element[];

/** The document in a frame of the same origin; null in another's. */
export function framed(element: Element): Document | null {
  return /^i?frame$/.test(tagOf(element)) ? (element as HTMLIFrameElement).contentDocument : null;
}

/** The document or shadow root that holds a node. */
export const rootOf = (node: Node): Node => getRootNode.call(node);

/** What holds a tree: the host of a shadow root, the frame of a document; null for this script's own document. */
export function hostOf(root: Node): Element | null {
  if (root === document) return null;
  if (kindOf(root) === 11) return (root as ShadowRoot).host || null;
  const view = kindOf(root) === 9 && viewOf(root);
  return view ? view.frameElement : null;
}

/** The element around an element; out of a shadow root its host, out of a frame's document the frame. */
export function parentOf(element: Element): Element | null {
  const parent = parentNode(element);
  if (!parent) return null;
  return kindOf(parent) === 1 ? (parent as Element) : hostOf(parent);
}
