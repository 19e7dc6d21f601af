/**
 * A captured page drawn again, from the DOM that the capture stored (rrweb-snapshot JSON).
 *
 * Not by rrweb-snapshot's own `rebuild`: it brings 90 kB with a parser of CSS, keeps links, forms and refreshes as they
 * are, and leaves their safety to the sandbox alone. This one builds only what can be seen.
 */
import { type Device, STILL, asCaptured, withHover } from "./media.js";
import { isRefused, safeAttribute, safeCss } from "./safe.js";

/** A node as rrweb-snapshot stores it. */
export interface StoredNode {
  type: number;
  id?: number;
  tagName?: string;
  name?: string;
  attributes?: Record<string, unknown>;
  childNodes?: StoredNode[];
  textContent?: string;
  /** Of a document: "BackCompat" when it is laid out by the rules of pages without a doctype. */
  compatMode?: string;
  isStyle?: boolean;
  isSVG?: boolean;
  isShadow?: boolean;
  isShadowHost?: boolean;
}

const DOCUMENT = 0;
const ELEMENT = 2;
const TEXT = 3;
const CDATA = 4;

const SVG = "http://www.w3.org/2000/svg";
const MATHML = "http://www.w3.org/1998/Math/MathML";
const XLINK = "http://www.w3.org/1999/xlink";

/** Nothing may be asked for, and nothing may run. */
export const POLICY =
  "default-src 'none'; img-src data:; font-src data:; media-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'";

/** What is to be done when all nodes are there. */
type Later = () => void;

/** Whether the page was laid out by the rules of pages with a doctype. */
export function isStandard(root: StoredNode): boolean {
  return root.compatMode !== "BackCompat";
}

/** Draws a stored document into an empty document of a frame without scripts. */
export function rebuild(root: StoredNode, into: Document, device: Device): void {
  const later: Later[] = [];
  const html = (root.childNodes ?? []).find((node) => node.type === ELEMENT && node.tagName === "html");
  into.documentElement?.remove();
  const made = ((html && build(html, into, device, later, "")) || into.createElement("html")) as Element;
  const head = [...made.children].find((one) => one.localName === "head") ?? made.insertBefore(into.createElement("head"), made.firstChild);
  const policy = into.createElement("meta");
  policy.setAttribute("http-equiv", "Content-Security-Policy");
  policy.setAttribute("content", POLICY);
  const still = into.createElement("style");
  still.textContent = STILL;
  head.prepend(policy);
  head.append(still);
  // With the policy in it: nothing of the page is there before it is.
  into.append(made);
  for (const one of later) one();
}

function build(node: StoredNode, doc: Document, device: Device, later: Later[], space: string): Element | Text | null {
  if (node.type === TEXT || node.type === CDATA) {
    const text = node.textContent ?? "";
    return doc.createTextNode(node.isStyle ? style(text, device) : text);
  }
  if (node.type !== ELEMENT || !node.tagName) return null;
  const tag = node.tagName.toLowerCase();
  const given = node.attributes ?? {};
  const sheet = typeof given["_cssText"] === "string" ? (given["_cssText"] as string) : null;
  if (isRefused(tag) || (tag === "link" && sheet === null) || (tag === "meta" && given["http-equiv"] !== undefined)) return null;
  const within = tag === "svg" ? SVG : tag === "math" ? MATHML : space;
  const element = create(doc, tag === "link" ? "style" : node.tagName, node.isSVG ? SVG : within);
  setAttributes(element, tag, given, device);
  if (sheet !== null) element.append(doc.createTextNode(style(sheet, device)));
  if (tag === "iframe") {
    frame(element as HTMLIFrameElement, node, device, later);
    return element;
  }
  fill(element, node, doc, device, later, tag === "foreignobject" ? "" : within, sheet !== null);
  special(element, given, later);
  return element;
}

function create(doc: Document, tag: string, space: string): Element {
  try {
    return space ? doc.createElementNS(space, tag) : doc.createElement(tag);
  } catch {
    // A name that only a parser takes.
    return doc.createElement("span");
  }
}

function fill(
  element: Element, node: StoredNode, doc: Document, device: Device, later: Later[], space: string, styled: boolean,
): void {
  const children = node.childNodes ?? [];
  let shadow: ShadowRoot | null = null;
  if (node.isShadowHost && children.some((child) => child.isShadow)) {
    try {
      shadow = element.attachShadow({ mode: "open" });
      const still = doc.createElement("style");
      still.textContent = STILL;
      later.push(() => shadow!.append(still));
    } catch {
      shadow = null;
    }
  }
  for (const child of children) {
    if (styled && child.type === TEXT) continue;
    const made = build(isStyle(element) ? { ...child, isStyle: true } : child, doc, device, later, space);
    if (made) (child.isShadow && shadow ? shadow : element).append(made);
  }
}

function isStyle(element: Element): boolean {
  return element.localName === "style";
}

function style(text: string, device: Device): string {
  return withHover(asCaptured(safeCss(text), device));
}

function setAttributes(element: Element, tag: string, given: Record<string, unknown>, device: Device): void {
  for (const [name, raw] of Object.entries(given)) {
    if (raw === false || raw === null || typeof raw === "object") continue;
    const safe = safeAttribute(tag, name, raw === true ? "" : String(raw));
    if (safe === null) continue;
    const value = /^(style|media)$/i.test(name) ? asCaptured(safe, device) : safe;
    try {
      if (name === "xlink:href") element.setAttributeNS(XLINK, name, value);
      else element.setAttribute(name, value);
    } catch {
      // A name that only a parser takes.
    }
  }
}

/** What rrweb-snapshot says beside attributes: sizes of what it left out, drawings, scrolling, open dialogs. */
function special(element: Element, given: Record<string, unknown>, later: Later[]): void {
  const own = element as HTMLElement;
  if (typeof given["rr_width"] === "string") own.style?.setProperty("width", given["rr_width"]);
  if (typeof given["rr_height"] === "string") own.style?.setProperty("height", given["rr_height"]);
  const drawn = given["rr_dataURL"];
  if (typeof drawn === "string" && drawn.startsWith("data:image/")) later.push(() => draw(own, drawn));
  const top = Number(given["rr_scrollTop"] ?? 0);
  const left = Number(given["rr_scrollLeft"] ?? 0);
  if (top || left) later.push(() => own.scrollTo?.(left, top));
  if (element.localName === "textarea" && typeof given["value"] === "string") own.textContent = given["value"] as string;
  const mode = given["rr_open_mode"];
  if (element.localName === "dialog" && mode === "modal") later.push(() => openModal(own as HTMLDialogElement));
}

function draw(element: HTMLElement, data: string): void {
  if (element.localName === "img") {
    element.setAttribute("src", data);
    return;
  }
  const image = new Image();
  image.onload = () => (element as HTMLCanvasElement).getContext?.("2d")?.drawImage(image, 0, 0);
  image.src = data;
}

function openModal(dialog: HTMLDialogElement): void {
  dialog.removeAttribute("open");
  try {
    dialog.showModal();
  } catch {
    dialog.setAttribute("open", "");
  }
}

/** A frame of the page's own origin, with its document; one of another origin is an empty box. */
function frame(element: HTMLIFrameElement, node: StoredNode, device: Device, later: Later[]): void {
  element.setAttribute("sandbox", "allow-same-origin");
  element.removeAttribute("src");
  const inner = (node.childNodes ?? []).find((child) => child.type === DOCUMENT);
  if (!inner) return;
  later.push(() => {
    const doc = element.contentDocument;
    if (doc && isStandard(inner)) {
      doc.open();
      doc.write("<!doctype html>");
      doc.close();
    }
    if (doc) rebuild(inner, doc, device);
  });
}
