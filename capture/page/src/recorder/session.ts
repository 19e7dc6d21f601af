/** Who the visitor is: a random number for this tab, kept in sessionStorage, made anew after half an hour of rest. */

import { safely } from "./guest";
import { dataset } from "./snippet";

const enum Rest { Ms = 18e5 }

export const random = (): string => crypto.getRandomValues(new Uint32Array(2)).join("-");

export let session: string;
let active = 0;

/** The visitor does something; says whether a new session begins with it, after `end` of the old one. */
export function awake(end: () => void): boolean {
  // Where storage is forbidden, the session lasts as long as the document.
  if (!active) safely(() => ([session, active] = JSON.parse(sessionStorage.heatreel)))();
  const fresh = Date.now() - active > Rest.Ms;
  if (fresh) {
    end();
    session = random();
  }
  active = Date.now();
  return fresh;
}

/** Leaves the session's id to the next document in this tab. */
export const remember = safely(() => (sessionStorage.heatreel = JSON.stringify([session, active])));

/** The number of the visitor in all tabs and sessions, where the site chose to have one: then it is kept in localStorage. */
export const visitor = safely(() =>
  "visitor" in dataset ? localStorage.heatreel || (localStorage.heatreel = random()) : undefined,
) as () => string | undefined;

/** Forgets who the visitor is. */
export function disown(): void {
  active = 0;
  delete sessionStorage.heatreel;
  delete localStorage.heatreel;
}
