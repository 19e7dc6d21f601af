/**
 * The DOM of a page as rrweb-snapshot JSON: `globalThis.__heatreelKeep(document)`. Only the capture uses it.
 *
 * Documents of same-origin frames hang below their frame's node. What has to be fetched to draw the page again
 * (pictures, fonts, style sheets that script may not read) is listed by URL; the capture puts it in.
 */

import { createMirror, snapshot } from "rrweb-snapshot";

interface Kept {
  /** The document's node, see rrweb-snapshot. */
  root: Node | null;
  /** Which picture each image showed, by node id: its `src`, or what `srcset` chose. */
  shown: Record<number, string>;
  /** Number of nodes so deep in the page that what is in them is not kept. */
  cut: number;
  /** What is typed into fields never leaves the page: number of fields whose value is not kept. */
  masked: number;
}

interface Node {
  type: number;
  id: number;
  tagName?: string;
  attributes?: Record<string, unknown>;
  childNodes?: Node[];
  textContent?: string;
  isStyle?: boolean;
  isShadow?: boolean;
}

const OPTIONS = {
  inlineStylesheet: true,
  maskAllInputs: true,
  slimDOM: { script: true, comment: true, headWhitespace: true },
  recordCanvas: true,
  iframeLoadTimeout: 0,
  stylesheetLoadTimeout: 0,
  // No callback may find a page that has moved on.
  onIframeLoad: () => undefined,
};

/** The values of these are words of the page, not of a person. */
const SPOKEN = "[type=button],[type=submit],[type=reset],[type=checkbox],[type=radio],[type=image]";

/** Nodes that the page does not have have numbers above all of the mirror's. */
const ADDED = 1e9;

/** Readers of JSON go into it as deep as the page is; parsers of HTML stop at about 500. */
const DEEPEST = 400;

function keep(document: Document): string {
  const mirror = createMirror();
  const shown: Record<number, string> = {};
  let masked = 0;
  let cut = 0;
  let added = ADDED;
  /** Sheets that scripts have made, as style elements: after all others, as they apply. */
  const adopted = (root: DocumentOrShadowRoot | null): Node[] =>
    [...((root && root.adoptedStyleSheets) || [])].map((sheet) => {
      const textContent = [...sheet.cssRules].map((rule) => rule.cssText).join("\n");
      const text = { type: 3, id: added++, textContent, isStyle: true };
      return { type: 2, id: added++, tagName: "style", attributes: {}, childNodes: [text] };
    });
  const one = (from: Document): Node | null => {
    const root = snapshot(from, { ...OPTIONS, mirror }) as Node | null;
    const html = root && root.childNodes && root.childNodes.find((child) => child.tagName === "html");
    if (html) html.childNodes!.push(...adopted(from));
    return root;
  };
  const enter = (node: Node, depth = 0): void => {
    const element = mirror.getNode(node.id);
    if (node.tagName === "img") shown[node.id] = (element as HTMLImageElement).currentSrc;
    if (/^(input|textarea|select)$/.test(node.tagName!) && !(element as Element).matches(SPOKEN)) {
      masked++;
      if (node.tagName === "input") mask(node.attributes!);
    }
    if (node.tagName === "iframe" || node.tagName === "frame") {
      const inner = framed(element as HTMLIFrameElement);
      const root = inner && one(inner);
      if (root) node.childNodes = [root];
    }
    const shadow = element && (element as Element).shadowRoot;
    if (shadow) node.childNodes!.push(...adopted(shadow).map((sheet) => ({ ...sheet, isShadow: true })));
    if (depth >= DEEPEST && node.childNodes && node.childNodes.length) {
      node.childNodes = [];
      cut++;
    }
    for (const child of node.childNodes || []) if (child.id < ADDED) enter(child, depth + 1);
  };
  const root = one(document);
  if (root) enter(root);
  const kept: Kept = { root, shown, cut, masked };
  return JSON.stringify(kept);
}

/** Of kinds of fields that rrweb does not mask, too: a hidden one may hold a token. */
function mask(attributes: Record<string, unknown>): void {
  if (typeof attributes.value === "string") attributes.value = attributes.value.replace(/[^]/g, "*");
}

function framed(frame: HTMLIFrameElement): Document | null {
  try {
    return frame.contentDocument;
  } catch {
    return null;
  }
}

Object.assign(globalThis, { __heatreelKeep: keep });
