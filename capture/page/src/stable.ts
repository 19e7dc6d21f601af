/**
 * Which names a person gave, and which a machine made. Generated names change with each build or visit, and long
 * numbers, e-mails and tokens may say who the visitor is: neither is used or kept.
 */

// Five digits, a letter between digits or a digit between letters (hashes, GUIDs), or a framework's counter.
const GENERATED =
  /\d{5}|\d[a-z]+\d|[a-z]\d+[a-z]|^(css|sc|jss?x?|svelte|emotion)-|^(radix|ember|react|headlessui|mui|mat|cdk|ui-id|uk|slick|yui|ext|gen|uid|select2|tippy|popper)\b.*\d/i;
const STATE = /^(is|has)-|^(js-)?(active|open(ed)?|closed?|shown?|hid(den|e)|visible|(un)?select(ed)?|current|collaps(e|ed|ing)|expanded|checked|disabled|load(ed|ing)|lazy\w*|hover|focus\w*|in|on|fade|animat\w*|sticky|fixed|swiper-slide-\w+|slick-\w+)$/i;

/** The name if a person seems to have given it, else "". */
export const stable = (name: string): string =>
  /^[a-z][\w-]{0,59}$/i.test(name) && !GENERATED.test(name) ? name : "";

/** Class tokens that a person gave and that do not say a state, at most eight. */
export const stableClasses = (value: string): string[] =>
  value.split(/\s+/).filter((token) => stable(token) && !STATE.test(token)).slice(0, 8);

const segment = (part: string): string => (GENERATED.test(part) || /[@%]/.test(part) ? ":id" : part);

/**
 * A link without query: the path with generated segments as `:id`, the host before it when it is another's.
 * A fragment stays when it is a route (`#/cart`) or a place in this page. Mail and telephone keep their scheme only.
 */
export function cleanHref(value: string, base: string): string {
  if (!value) return "";
  if (value[0] === "#" && !/^#!?\//.test(value)) return "#" + stable(value.slice(1));
  try {
    const url = new URL(value, base);
    if (!/^(https?|file):$/.test(url.protocol)) return url.protocol;
    const path = url.pathname + (/^#!?\//.test(url.hash) ? url.hash.split("?")[0]! : "");
    const host = url.host === new URL(base).host ? "" : "//" + url.host;
    return host + path.split("/").map(segment).join("/");
  } catch {
    return "";
  }
}

/** The file name at the end of an image's address, without the hash that a build put in. */
export const cleanSrc = (value: string): string =>
  /^(data|blob):/.test(value)
    ? ""
    : value.replace(/[?#].*/, "").replace(/.*\//, "").split(/([._-])/).map((part) => (GENERATED.test(part) ? "" : part)).join("").slice(0, 80);
