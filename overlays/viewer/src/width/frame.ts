/** A frame in which a captured page is drawn: without scripts, and with nothing in it that can be pressed. */
import { h } from "../dom.js";
import type { Device } from "./media.js";
import { type StoredNode, isStandard, rebuild } from "./rebuild.js";

/** Puts a page into a new frame below `parent`; ready when its fonts and pictures are. */
export async function drawPage(
  parent: Element, root: StoredNode, device: Device, address: (standard: boolean) => string,
): Promise<HTMLIFrameElement> {
  const frame = h("iframe", { className: "page", title: "The captured page", tabIndex: -1, "aria-hidden": "true" });
  // Before it is in the document: a frame takes its flags when it is loaded.
  frame.setAttribute("sandbox", "allow-same-origin");
  frame.setAttribute("inert", "");
  const src = address(isStandard(root));
  if (src) frame.src = src;
  else if (isStandard(root)) frame.srcdoc = "<!doctype html><title>Page</title>";
  const loaded = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
  // Where it stays: a frame that is moved is loaded again, and empty.
  parent.prepend(frame);
  // An empty frame is there at once.
  if (src || frame.srcdoc) await loaded;
  const doc = frame.contentDocument;
  if (!doc) throw new Error("This browser does not let the viewer draw the page in a frame.");
  rebuild(root, doc, device);
  await Promise.race([ready(doc), new Promise((resolve) => setTimeout(resolve, 1500))]);
  return frame;
}

async function ready(doc: Document): Promise<void> {
  await doc.fonts?.ready;
  await Promise.all([...doc.images].map((image) => (image.complete ? null : image.decode().catch(() => undefined))));
}
