/** Manners: a fault in here never reaches the page, and no listener keeps it waiting. */

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Work = (event: any) => unknown;

/** `work`, but silent when it fails: the page is somebody else's. */
export const safely = (work: Work): Work => (event) => {
  try {
    return work(event);
  } catch {
    return;
  }
};

/** Milliseconds since the document began, by a clock that only goes forward. */
export const now = (): number => Math.round(performance.now());

/** `work` after a while. */
export const later = (work: Work, ms: number): unknown => setTimeout(safely(work), ms);
