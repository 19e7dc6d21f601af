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
  /** Text typed into password fields never leaves the page; number of such fields. */
  masked: number;
}

interface Node {
  type: number;
  id: number;
  tagName?: string;
  attributes?: Record<string, unknown>;
  childNodes?: Node[];
}

const OPTIONS = {
  inlineStylesheet: true,
  maskAllInputs: { password: true },
  slimDOM: { script: true, comment: true, headWhitespace: true },
  recordCanvas: true,
  iframeLoadTimeout: 0,
  stylesheetLoadTimeout: 0,
  // No callback may find a page that has moved on.
  onIframeLoad: () => undefined,
};

function keep(document: Document): string {
  const mirror = createMirror();
  const shown: Record<number, string> = {};
  const one = (from: Document): Node | null => snapshot(from, { ...OPTIONS, mirror }) as Node | null;
  const enter = (node: Node): void => {
    const element = mirror.getNode(node.id);
    if (node.tagName === "img") shown[node.id] = (element as HTMLImageElement).currentSrc;
    if (node.tagName === "iframe" || node.tagName === "frame") {
      const inner = framed(element as HTMLIFrameElement);
      const root = inner && one(inner);
      if (root) node.childNodes = [root];
    }
    for (const child of node.childNodes || []) enter(child);
  };
  const root = one(document);
  if (root) enter(root);
  const kept: Kept = { root, shown, masked: document.querySelectorAll("input[type=password]").length };
  return JSON.stringify(kept);
}

function framed(frame: HTMLIFrameElement): Document | null {
  try {
    return frame.contentDocument;
  } catch {
    return null;
  }
}

Object.assign(globalThis, { __heatreelKeep: keep });
