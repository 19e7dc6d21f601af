/** Who the visitor is: a random number for this tab, kept in sessionStorage, made anew after half an hour of rest. */

import { safely } from "./guest";

const REST_MS = 18e5;
const PLACE = "heatreel";

export const random = (): string => crypto.getRandomValues(new Uint32Array(4)).join("-");

export let session: string;
let active = 0;

/** The visitor does something; says whether a new session begins with it. */
export function awake(): boolean {
  // Where storage is forbidden, the session lasts as long as the document.
  if (!active) safely(() => ([session, active] = JSON.parse(sessionStorage[PLACE])))(0);
  const fresh = Date.now() - active > REST_MS;
  if (fresh) session = random();
  active = Date.now();
  return fresh;
}

/** Leaves the session's id to the next document in this tab. */
export const remember = safely(() => (sessionStorage[PLACE] = JSON.stringify([session, active])));
