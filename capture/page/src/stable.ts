/**
 * Which names a person gave, and which a machine made. Generated names change with each build or visit, and long
 * numbers, e-mails and tokens may say who the visitor is: neither is used or kept.
 */

// Five digits, letters and digits in turn as hashes and GUIDs have them, or an e-mail address.
const TOKEN = /\d{5}|\d[a-z]+\d|[a-z]\d+[a-z]|@|%40/i;
// Counters and prefixes of frameworks.
const GENERATED = /\d\d|^(css|sc|jsx|svelte|radix|headlessui|ui-id|uk)-|^(ember|slick).*\d/i;
/** The name if a person seems to have given it, else "". */
export const stable = (name: string): string =>
  /^[a-z][\w-]{0,59}$/i.test(name) && !TOKEN.test(name) && !GENERATED.test(name) ? name : "";

/**
 * An address without query, with its host when that is another's; segments with tokens are `:id`. A fragment is kept:
 * it is a route (`#/cart`) or a place. Of mail and telephone only the scheme is.
 */
export function cleanAddress(value: string, base: string): string {
  try {
    const { protocol, host, pathname, hash } = new URL(value, base);
    const path = decodeURI(pathname + hash.split("?")[0]).replace(/[^/]+/g, (part) => (TOKEN.test(part) ? ":id" : part));
    return /^(http|file)/.test(protocol) ? (host === location.host ? "" : "//" + host) + path : protocol;
  } catch {
    return "";
  }
}
