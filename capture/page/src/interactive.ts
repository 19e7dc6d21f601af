/** What a person may expect to act. */

import { attr, has, is, parentOf, styleOf } from "./dom";

const ACTING =
  "a[href],area[href],button,input:not([type=hidden]),select,textarea,summary,label,option,audio[controls]," +
  "video[controls],[contenteditable]:not([contenteditable=false]),[onclick],[draggable=true]";
const ROLES =
  /^(button|link|tab|menuitem\w*|checkbox|radio|switch|option|treeitem|combobox|textbox|slider|spinbutton|searchbox)\b/;

/** Elements that were seen to listen for clicks, when somebody watched from the start (see `watch`). */
export const listening = new WeakSet<EventTarget>();

/** Natively, by role, by listener, or where the cursor becomes a pointer. Disabled controls included. */
export function isInteractive(element: Element): boolean {
  if (is(element, ACTING) || ROLES.test(attr(element, "role"))) return true;
  if ((has(element, "tabindex") && attr(element, "tabindex")[0] !== "-") || listening.has(element)) return true;
  if ((element as HTMLElement).onclick) return true;
  const parent = parentOf(element);
  return styleOf(element).cursor === "pointer" && !!parent && styleOf(parent).cursor !== "pointer";
}
