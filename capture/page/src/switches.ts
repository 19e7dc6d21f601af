/** The switches of a page as the capture sees them: each setting with its kind and name. */

import { is, once, rootsIn, type Memo } from "./dom";
import { digest } from "./hash";
import { name } from "./name";
import { selector } from "./selector";
import { settingsIn } from "./settings";
import type { Switch } from "./types";

/** The first that fits says the kind. */
const KINDS: [kind: Switch["kind"], css: string][] = [
  ["tab", "[role=tab]"],
  ["details", "details"],
  ["dialog", "dialog,[role$=dialog],[aria-modal],[id*=cookie],[id*=consent]"],
  ["popover", "[popover]"],
  ["menu", "[aria-haspopup][aria-expanded],[role=combobox]"],
  ["accordion", ":is(h1,h2,h3,h4,h5,h6,[role=heading],[class*=accordion]) [aria-expanded]"],
  ["disclosure", "[aria-expanded]"],
  ["pressed", "[aria-pressed]"],
  ["checked", "[aria-checked],input"],
  ["theme", ":root,body"],
  ["carousel", "[class*=slide],[class*=item],[aria-roledescription]"],
];

const kind = (element: Element): Switch["kind"] => (KINDS.find(([, css]) => is(element, css)) || (["target"] as const))[0];

/** The switches of a document and of its open shadow roots and same-origin frames. */
export const switches = (document: Document, key = "", memo: Memo = new Map()): Switch[] =>
  [...settingsIn(rootsIn(document), memo)].map(([element, setting]) => {
    const path = once(memo, selector, element);
    return { selector: path, key: digest(path, key), kind: kind(element), setting, name: once(memo, name, element) };
  });
