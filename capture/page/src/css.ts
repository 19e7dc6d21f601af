/** Kinds of elements, as selectors. */

/** Controls in which a person types or chooses. */
export const FIELD = "input,select,textarea";

/** Elements that are no part of what can be seen. */
export const UNSEEN = "head,script,style,noscript,template,link,meta,br,option,datalist";

/** What the page wants nobody to read. */
export const MASKED = "[data-heatreel-mask],[data-heatreel-mask] *";
