/** Manners: a fault in here never reaches the page, and no listener keeps it waiting. */

export type Work = (...values: any[]) => unknown;

/** `work`, but silent when it fails: the page is somebody else's. */
export const safely = (work: Work): Work => (...values) => {
  try {
    return work(...values);
  } catch {
    // Nothing to say, and nobody to say it to.
  }
};

/** Milliseconds since the document began, by a clock that only goes forward. */
export const now = (): number => Math.round(performance.now());

/** `work` after a while. */
export const later = (work: Work, ms: number): unknown => setTimeout(safely(work), ms);
