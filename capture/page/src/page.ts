/** The page model as the capture uses it: `globalThis.__heatreel`. Loading it changes nothing in the page. */

import { rootsIn, type Memo } from "./dom";
import { fingerprint, seal } from "./fingerprint";
import { box, position, visible } from "./geometry";
import { digest } from "./hash";
import { isInteractive } from "./interactive";
import { outline } from "./outline";
import { resolve, selector } from "./selector";
import { compareSketches, sketch } from "./sketch";
import { settings as settingsOf } from "./settings";
import { switches } from "./switches";
import { subject } from "./walk";

const heatreel = {
  outline, fingerprint, seal, isInteractive, switches, sketch, compareSketches, selector, resolve, subject,
  digest, box,
  settings: (document: Document, key: string, memo: Memo = new Map()) => settingsOf(rootsIn(document), key, memo),
  position: (element: Element) => position(element, new Map()),
  visible: (element: Element) => visible(element, new Map()),
};

export type PageModel = typeof heatreel;

Object.assign(globalThis, { __heatreel: heatreel });
