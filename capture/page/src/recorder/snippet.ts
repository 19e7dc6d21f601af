/**
 * What the page said when it put the recorder in. A script is loaded once in a page, so the modules of the recorder
 * hold its state themselves.
 *
 * Where there is no script element (a tester's browser), `heatreel` holds the same: `{src, dataset: {site}}`.
 */

interface Snippet {
  src: string;
  dataset: { site?: string; variant?: string };
}

export const {
  src,
  dataset: { site, variant },
} = (document.currentScript || (self as { heatreel?: unknown }).heatreel) as Snippet;
