/**
 * What the page said when it put the recorder in. A script is loaded once in a page, so the modules of the recorder
 * hold its state themselves.
 *
 * Where there is no script element (a tester's browser), `heatreel` holds the same: `{src, dataset: {site}}`.
 */

interface Snippet {
  src: string;
  dataset: {
    site?: string;
    variant?: string;
    /** Share of the sessions to record; all when not said. */
    sample?: string;
    /** Keys of the query that make another page, by commas. */
    query?: string;
    /** There: several sessions of one visitor are known as such. */
    visitor?: string;
    /** There: nothing before `heatreel.consent(true)`. */
    consent?: string;
  };
}

export const { src, dataset } = (document.currentScript || (self as { heatreel?: unknown }).heatreel) as Snippet;
export const { site, sample = 1 } = dataset;
