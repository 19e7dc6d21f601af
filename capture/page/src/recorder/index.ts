/**
 * The recorder: `<script async src="https://HOST/heatreel.js" data-site="KEY"></script>`.
 *
 * It does nothing before the page has loaded, and nothing at all when the visitor asks not to be tracked. Its one
 * global is `heatreel`: `set(name, value)`, `goal(name)`, `flush()`; what is said before the start is sent with the rest.
 */

import { later, safely } from "./guest";
import { begin } from "./page";
import { add, sendOff } from "./rows";

const text = (value: unknown): string => `${value}`.slice(0, 200);

safely(() => {
  Object.defineProperty(self, "heatreel", {
    value: Object.freeze({
      set: safely((name, value) => add("p", [text(name), text(value)])),
      goal: safely((name) => add("g", [text(name)])),
      flush: safely(sendOff),
    }),
  });
  const { globalPrivacyControl, doNotTrack } = navigator as Navigator & { globalPrivacyControl?: boolean };
  // In a frame of the same origin, the page around it listens.
  if (globalPrivacyControl || doNotTrack === "1" || frameElement) return;
  const start = safely(() => later(begin, 0));
  if (document.readyState === "complete") start();
  else addEventListener("load", start);
})();
