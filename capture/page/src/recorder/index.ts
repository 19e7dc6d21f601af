/**
 * The recorder: `<script async src="https://HOST/heatreel.js" data-site="KEY"></script>`.
 *
 * It does nothing before the page has loaded, nothing before consent where `data-consent` says so, and nothing at all
 * when the visitor asks not to be tracked. Its one global is `heatreel`: `set(name, value)`, `goal(name)`,
 * `consent(yes)`, `flush()`, `session()`; what is said before the start is sent with the rest.
 */

import { later, safely } from "./guest";
import { begin } from "./page";
import { add, doc, end, sendOff } from "./rows";
import { session } from "./session";
import { dataset } from "./snippet";

const text = (value: unknown): string => `${value}`.slice(0, 200);

safely(() => {
  const { globalPrivacyControl, doNotTrack } = navigator as Navigator & { globalPrivacyControl?: boolean };
  // In a frame of the same origin, the page around it listens.
  const never = globalPrivacyControl || doNotTrack === "1" || frameElement;
  const start = safely(() => {
    if (never) return;
    if (document.readyState === "complete") later(begin, 0);
    else addEventListener("load", start);
  });
  Object.defineProperty(self, "heatreel", {
    value: Object.freeze({
      set: safely((name, value) => add("p", [text(name), text(value)])),
      goal: safely((name) => add("g", [text(name)])),
      consent: safely((yes) => (yes ? start : end)()),
      flush: safely(sendOff),
      session: () => doc && [session, doc],
    }),
  });
  if (!("consent" in dataset)) start();
})();
