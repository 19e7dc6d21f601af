/** Ordering and finding elements. */
import type { ElementNumbers } from "./api.js";

export type Column = "clicks" | "visitShare" | "ctr" | "seen" | "first" | "dead" | "rage" | "error";

/** Elements by a column, most first; equal ones by clicks, then as they came. */
export function ranked(elements: ElementNumbers[], column: Column): ElementNumbers[] {
  return elements
    .filter((element) => (element.clicks ?? 0) > 0)
    .map((element, order) => ({ element, order }))
    .sort(
      (a, b) =>
        (b.element[column] ?? 0) - (a.element[column] ?? 0) ||
        (b.element.clicks ?? 0) - (a.element.clicks ?? 0) ||
        a.order - b.order,
    )
    .map(({ element }) => element);
}

/** Whether an element's name or selector holds all words of a query. */
export function matches(element: ElementNumbers, query: string): boolean {
  const text = `${element.name} ${element.selector}`.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** The table as CSV with a header; every text quoted, and none a spreadsheet would take for a formula. */
export function asCsv(elements: ElementNumbers[]): string {
  const columns = [
    "name", "selector", "clicks", "share", "visits", "visitShare", "sessions", "dead", "rage", "error", "first", "last",
    "seen", "ctr", "firstMs",
  ] as const;
  const cell = (value: string | number | undefined): string => {
    if (typeof value === "number") return String(value);
    const text = value ?? "";
    return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replace(/"/g, '""')}"`;
  };
  const rows = elements.map((element) => columns.map((column) => cell(element[column] ?? 0)).join(","));
  return [columns.join(","), ...rows].join("\r\n") + "\r\n";
}
