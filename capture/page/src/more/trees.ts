/** Listens for what the second part hears besides the first, in every tree: documents and open shadow roots. */

import { kindOf } from "../dom";
import { listen, watchRoot } from "./parts";

const TYPES =
  "focusin selectionchange blur pointerup dragend pointermove dblclick auxclick submit invalid copy cut paste" +
  " error unhandledrejection resize input change toggle transitionend animationend hashchange";

const known = new WeakSet<Node>();

/** Watches a tree; says whether it is a new one. */
export function watch(root: Node): boolean {
  if (known.has(root)) return false;
  known.add(root);
  watchRoot(root);
  const view = kindOf(root) === 9 && (root as Document).defaultView;
  listen(view || root, TYPES, () => {});
  // Windows do not hear of what was loaded in them.
  listen(root, "load", () => {});
  return true;
}
