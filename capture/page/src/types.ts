/** The records that the page model makes. Python reads them as `heatreel.core.element`. */

/** How a child is reached from its parent: inside the same tree, through an open shadow root, or into a frame. */
export type Hop = "" | "shadow" | "frame";

/** What identifies an element to another page, in plain words. Never leaves a visitor's browser in this form. */
export interface Fingerprint {
  /** Unique selector; parts that enter a shadow root or a same-origin frame are joined by " >>> ". */
  selector: string;
  tag: string;
  id: string;
  /** data-testid, data-test, data-cy, data-qa: the first there is. */
  testid: string;
  /** `type` of a control. */
  type: string;
  /** `name` attribute of a control. */
  field: string;
  /** The `role` attribute as written. */
  role: string;
  /** Accessible name, white space folded, at most 120 characters. */
  name: string;
  /** Own text (text nodes that are direct children), folded, at most 120 characters. */
  text: string;
  /** Text of the label of a control. */
  label: string;
  /** Path of the link without query; fragment kept only for routes and in-page links. */
  href: string;
  /** Last segment of the image's source, without query. */
  src: string;
}

/** A fingerprint as it travels: texts replaced by keyed hashes and small similarity sketches. */
export interface SealedFingerprint extends Omit<Fingerprint, "name" | "text" | "label"> {
  nameHash: string;
  nameSketch: string;
  textHash: string;
}

/**
 * One element of an outline: fingerprint, its sealed parts, geometry, and what the page around it says. The last is no
 * part of what a visitor sends: the captured page has it. Lengths are CSS px.
 */
export interface ElementRecord extends Fingerprint {
  /** Position in the outline (document order through open shadow roots and same-origin frames). */
  index: number;
  /** Index of the parent element, -1 for the root. */
  parent: number;
  /** nth-of-type among its siblings. */
  nth: number;
  hop: Hop;
  /** x, y, width, height in page coordinates of the top document, at scroll 0 of the window. */
  box: [number, number, number, number];
  visible: boolean;
  interactive: boolean;
  disabled: boolean;
  /** What it says it is, else what its tag says; a visitor's fingerprint has the first only. */
  role: string;
  /** Nearest landmark: banner, navigation, main, complementary, contentinfo, search, form, region, dialog or "". */
  landmark: string;
  /** "fixed" or "sticky" when it or an ancestor is. */
  position: "" | "fixed" | "sticky";
  /** Index of the nearest inner scroll container, or -1. */
  scroller: number;
  /** Paint order: higher is nearer to the viewer. */
  order: number;
  /** Clicks go through it to what is behind (`pointer-events: none`); left out where they do not. */
  through?: true;
  /** Its `href` is there for the form only: empty, `#` or `#!`; left out of other links. */
  nowhere?: true;
  nameHash: string;
  nameSketch: string;
  textHash: string;
  /** Class tokens that look stable: no generated names, no state words. */
  classes: string[];
  /** Place among, and number of, structurally equal siblings of the nearest repeated ancestor-or-self. */
  groupIndex: number;
  groupSize: number;
  /** Names of the neighbours and of the headings above, nearest first, at most 4, and their keyed hashes. */
  near: string[];
  nearHashes: string[];
}

/** How the text of an element looks: colours as `#rrggbb`, `ground` "" where a picture is behind it; px of its font. */
export interface Ink {
  ink: string;
  ground: string;
  px: number;
  bold: boolean;
}

/** Something on a page that a person can set, and how it is set now. */
export interface Switch {
  /** Unique selector of the element that carries the setting. */
  selector: string;
  /** Keyed hash of the selector: what a visitor's browser sends. */
  key: string;
  kind:
    | "tab" | "disclosure" | "accordion" | "details" | "dialog" | "popover" | "menu"
    | "pressed" | "checked" | "carousel" | "target" | "theme";
  /** "on"/"off", or the index of the slide. */
  setting: string;
  /** Accessible name of the element, for a person. Not sent by visitors. */
  name: string;
}

export interface Outline {
  version: 1;
  width: number;
  height: number;
  sketch: string;
  switches: Switch[];
  /** Indices of elements whose inside cannot be read: closed shadow roots, frames of another origin. */
  opaque: number[];
  /** Those with text of their own say how it looks. */
  elements: (ElementRecord | (ElementRecord & Ink))[];
}
