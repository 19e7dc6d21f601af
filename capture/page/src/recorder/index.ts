/**
 * The recorder: `<script async src="https://HOST/heatreel.js" data-site="KEY"></script>`.
 *
 * It does nothing before the page has loaded, and nothing at all when the visitor asks not to be tracked. Its one
 * global is `heatreel`: `set(name, value)`, `goal(name)`, `flush()`.
 */

import { later, safely } from "./guest";
import { begin } from "./page";
import { add, sendOff } from "./rows";

const early: (() => unknown)[] = [];
let begun = false;
const tell = (work: () => unknown): unknown => safely(() => (begun ? work() : early.push(work)))(0);

const start = (): unknown =>
  later(() => {
    begin();
    begun = true;
    early.forEach(tell);
  }, 0);

safely(() => {
  Object.defineProperty(self, "heatreel", {
    value: Object.freeze({
      set: (name: string, value: string) => tell(() => add("p", [name, "" + value])),
      goal: (name: string) => tell(() => add("g", [name])),
      flush: () => tell(sendOff),
    }),
  });
  const { globalPrivacyControl, doNotTrack } = navigator as Navigator & { globalPrivacyControl?: boolean };
  if (globalPrivacyControl || doNotTrack === "1") return;
  if (document.readyState === "complete") start();
  else addEventListener("load", start);
})(0);
