/** What a person may expect to act. */

import { is, parentOf, styleOf } from "./dom";

/** What acts by itself, or says so. */
export const ACTING =
  "a[href],button,input:not([type=hidden]),select,textarea,summary,label,[controls],[contenteditable],[onclick]," +
  "[draggable=true],[tabindex]:not([tabindex^='-']),[role=button],[role=link],[role=tab],[role=option],[role^=menuitem]";

/** Natively, by role, by its own `onclick`, or where the cursor becomes a pointer. Disabled controls included. */
export function isInteractive(element: Element): boolean {
  const pointed = (one: Element | null): boolean => !!one && styleOf(one).cursor === "pointer";
  return is(element, ACTING) || !!(element as HTMLElement).onclick || (pointed(element) && !pointed(parentOf(element)));
}
