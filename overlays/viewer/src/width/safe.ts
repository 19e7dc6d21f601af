/**
 * What of a captured page may come into the viewer. The page is hostile: the frame it is drawn in runs no script and
 * its policy asks the network for nothing; what is left out here is left out a second time there.
 */

/** Elements that are not built at all. */
const REFUSED = new Set([
  "script", "base", "object", "embed", "applet", "frameset", "frame", "portal", "fencedframe",
  "animate", "set", "animatemotion", "animatetransform", "handler", "listener",
]);

/** Attributes that name a resource or a place to go. */
const ADDRESSES = new Set([
  "src", "href", "xlink:href", "poster", "data", "background", "action", "formaction", "cite", "longdesc", "usemap",
  "profile", "manifest", "codebase", "classid", "lowsrc", "dynsrc", "icon",
]);

/** Attributes that do something by themselves. */
const ACTING = new Set([
  "srcdoc", "srcset", "imagesrcset", "ping", "target", "http-equiv", "autofocus", "autoplay", "download", "nonce", "is",
  "sandbox", "allow", "csp", "popovertarget", "commandfor", "command", "form", "formtarget", "accesskey", "contenteditable",
  "attributionsrc", "sizes", "integrity", "crossorigin", "loading", "controls",
]);

/** Only what is in the address itself. */
const DATA = /^data:(image\/[\w.+-]+|video\/[\w.+-]+|audio\/[\w.+-]+|font\/[\w.+-]+|application\/(x-)?font[\w.+-]*)[;,]/i;

export function isRefused(tag: string): boolean {
  // With a prefix it is the same element.
  return REFUSED.has(tag.toLowerCase().replace(/^.*:/, ""));
}

/** The value an attribute may have, or null when it is left out. */
export function safeAttribute(tag: string, name: string, value: string): string | null {
  const key = name.toLowerCase();
  if (key.startsWith("on") || key.startsWith("_") || key.startsWith("rr_") || ACTING.has(key)) return null;
  // Such a name would stand for a property of the document, which the viewer asks for.
  if ((key === "name" ? /^(form|img|iframe)$/i : key === "id" ? /^img$/i : null)?.test(tag) && value in Document.prototype) return null;
  if (key === "style") return safeCss(value);
  if (/^(fill|stroke|filter|mask|clip-path|marker.*|cursor)$/.test(key)) return safeCss(value);
  if (!ADDRESSES.has(key)) return value;
  if (value.startsWith("#")) return value;
  // A link stays a link for the page's style; it leads nowhere.
  if (key === "href" && /^(a|area)$/i.test(tag)) return "#";
  return DATA.test(value.trim()) && /^(img|image|source|video|audio|input|feimage|track)$/i.test(tag) ? value.trim() : null;
}

/** A letter of CSS, itself or as an escape. */
function letter(one: string): string {
  if (one === "-") return "\\\\?-";
  const codes = [one.toLowerCase(), one.toUpperCase()].map((form) => form.charCodeAt(0).toString(16));
  return `(?:\\\\?[${one}${one.toUpperCase()}]|\\\\0{0,4}(?:${codes.join("|")})(?:\\r\\n|[ \\n\\r\\t\\f])?)`;
}

const cssWord = (text: string): string => [...text].map(letter).join("");
// Runs first, escapes after: addresses of a million characters would fill the stack of one group for each.
const STRING = `"[^"\\\\\\n]*(?:\\\\[^][^"\\\\\\n]*)*"|'[^'\\\\\\n]*(?:\\\\[^][^'\\\\\\n]*)*'`;
const URLS = new RegExp(`${cssWord("url")}\\(\\s*(${STRING}|[^"'()\\\\]*(?:\\\\[^][^"'()\\\\]*)*)\\s*\\)`, "g");
const IMPORTS = new RegExp(`@${cssWord("import")}(?:${STRING}|[^;"'])*(;|$)`, "g");
const SETS = new RegExp(`(${cssWord("image-set")}\\()((?:${STRING}|[^()"']|\\([^)]*\\))*)\\)`, "g");
const QUOTED = new RegExp(STRING, "g");

/** Style text in which every address is in the text itself or in the page. */
export function safeCss(text: string): string {
  return text
    .replace(IMPORTS, "")
    .replace(SETS, (_all, start: string, inner: string) => `${start}${inner.replace(QUOTED, (one) => (isInside(one) ? one : '"data:,"'))})`)
    .replace(URLS, (all, address: string) => (isInside(address) ? all : 'url("data:,")'))
    .replace(new RegExp(`${cssWord("behavior")}\\s*:|-moz-${cssWord("binding")}\\s*:|${cssWord("expression")}\\(`, "g"), "-x:(");
}

function isInside(address: string): boolean {
  const plain = address.replace(/^["']|["']$/g, "").trim();
  return plain.startsWith("#") || DATA.test(plain) || plain === "data:,";
}
