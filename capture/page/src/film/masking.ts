/** What a film may show: layout and what was done, no words of the page or its visitor, unless the page allows them. */

import { stable } from "../stable";

/** Short labels of these may be read, as a person needs them to follow a film. */
const LABELLED = "a,button,summary,label,[role=button],[role=link],[role=tab],[role^=menuitem]";
const enum Label { Most = 40 }

/** Never shown, wherever they are: addresses of mail, long numbers (cards, accounts, telephones), tokens. */
const ALWAYS = /\S+@\S+|\+?\d[\d\s./-]{5,}\d|\b(?=\w*\d)(?=\w*[a-z])\w{16,}\b/gi;

/** Words as dots; their length in steps of four. */
const dots = (text: string): string => text.replace(/\S+/g, (word) => "•".repeat(4 * Math.ceil(word.length / 4)));

/** Which of the page's wishes is the nearest around an element: its words are to be masked, or allowed. */
function wish(element: Element): "mask" | "allow" | undefined {
  const around = element.closest("[data-heatreel-mask],[data-heatreel-allow]");
  return around ? (around.hasAttribute("data-heatreel-mask") ? "mask" : "allow") : undefined;
}

export function maskText(text: string, element: HTMLElement | null): string {
  if (!element || !text.trim()) return element ? text : dots(text);
  if (/^(style|script)$/i.test(element.localName)) return text;
  const found = wish(element);
  const typed = element.isContentEditable || element.closest("textarea,option,select");
  const shown = !typed && (found === "allow" || (!found && text.trim().length <= Label.Most && element.closest(LABELLED)));
  return shown ? text.replace(ALWAYS, dots) : dots(text);
}

/** What is typed or chosen is never shown, nor how long it is. */
export const maskInput = (text: string): string => text && "••••";

const WORDS = /^(value|placeholder|title|alt|label|content|summary|srcdoc|aria-(label|description|placeholder|valuetext))$/;
const ADDRESSES = /^(href|xlink:href|src|srcset|action|formaction|poster|data|cite|ping|rr_src)$/;

type Attributes = Record<string, unknown>;

/** Attributes hold words and addresses too: the words masked, the addresses without query. */
export function maskAttributes(attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value !== "string") continue;
    if (WORDS.test(name)) attributes[name] = dots(value);
    else if (ADDRESSES.test(name)) attributes[name] = value.replace(/[?#][^\s,]*/g, "");
    else if (/^data-/.test(name) && !stable(value)) attributes[name] = "";
  }
}

interface Recorded {
  attributes?: Attributes;
  childNodes?: Recorded[];
  node?: Recorded;
  adds?: Recorded[];
  [other: string]: unknown;
}

/** Masks the attributes in what rrweb says of a node, or of changes. */
export function maskNode(node: Recorded | undefined): void {
  if (!node) return;
  const { attributes, childNodes, adds } = node;
  // Of a changed node: `{id, attributes}` each.
  if (Array.isArray(attributes)) (attributes as Recorded[]).forEach(maskNode);
  else if (attributes) maskAttributes(attributes);
  for (const inner of [...(childNodes || []), ...(adds || []), node.node]) maskNode(inner as Recorded | undefined);
}
