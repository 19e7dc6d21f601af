/**
 * Which names a person gave, and which a machine made. Generated names change with each build or visit, and long
 * numbers, e-mails and tokens may say who the visitor is: neither is used or kept.
 */

// Five digits, or letters and digits in turn, as hashes and GUIDs have them.
const TOKEN = /\d{5}|\d[a-z]+\d|[a-z]\d+[a-z]/i;
// Counters and prefixes of frameworks.
const GENERATED = /\d\d|^(css|sc|jsx|svelte|radix|headlessui|ui-id|uk)-|^(ember|slick).*\d/i;
const STATE =
  /^(is|has|slick|owl)-|^(in|on|off|shown?|fade|active|open|hidden|visible|selected|current|closed|checked|disabled)$|^(collaps|expand|load|lazy|hover|focus|animat)/;

/** The name if a person seems to have given it, else "". */
export const stable = (name: string): string =>
  /^[a-z][\w-]{0,59}$/i.test(name) && !TOKEN.test(name) && !GENERATED.test(name) ? name : "";

/** Class tokens that a person gave and that do not say a state, at most eight. */
export const stableClasses = (value: string): string[] =>
  value.split(/\s+/).filter((token) => stable(token) && !STATE.test(token)).slice(0, 8);

/**
 * An address without query: the path with tokens and e-mails as `:id`, the host before it when it is another's. A
 * fragment stays when it is a route (`#/cart`) or a place in this page. Mail and telephone keep their scheme only.
 */
export function cleanAddress(value: string, base: string): string {
  if (/^#[^/!]*$/.test(value)) return "#" + stable(value.slice(1));
  try {
    const { protocol, host, pathname, hash } = new URL(value, base);
    const route = /^#!?\//.test(hash) ? hash.split("?")[0] : "";
    const path = (pathname + route).replace(/[^/]*(@|%40)[^/]*|[^/._-]+/g, (part, mail) => (mail || TOKEN.test(part) ? ":id" : part));
    return !host ? protocol : (host === location.host ? "" : "//" + host) + path;
  } catch {
    return "";
  }
}
