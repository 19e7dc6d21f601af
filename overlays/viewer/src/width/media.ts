/** Style as it was for the visitor: what asks the reader's own device is answered as the captured viewport would. */

export interface Device {
  height: number;
  touch: boolean;
}

const ALWAYS = "(min-width: 0px)";
const NEVER = "(max-width: 0px)";

/** A feature of the captured browser: true for these values, false for all others. */
function answers(device: Device): Record<string, string[]> {
  return {
    "prefers-color-scheme": ["light"],
    "prefers-reduced-motion": ["reduce", ""],
    hover: device.touch ? ["none"] : ["hover", ""],
    "any-hover": device.touch ? ["none"] : ["hover", ""],
    pointer: device.touch ? ["coarse", ""] : ["fine", ""],
    "any-pointer": device.touch ? ["coarse", ""] : ["fine", ""],
  };
}

/** Media queries about the device answered, and heights of the window in px: the frame may have another height. */
export function asCaptured(css: string, device: Device): string {
  const known = answers(device);
  return css
    .replace(/\((prefers-color-scheme|prefers-reduced-motion|any-hover|any-pointer|hover|pointer)\s*(?::\s*([\w-]+)\s*)?\)/g, (_all, name: string, value = "") =>
      known[name]!.includes(value) ? ALWAYS : NEVER,
    )
    .replace(/(^|[\s:,(+*/-])(-?\d*\.?\d+)[sld]?vh\b/g, (_all, before: string, number: string) => `${before}${(Number(number) * device.height) / 100}px`);
}

/** States that were captured with the pointer on something: the rules for it apply to what has the attribute. */
export function withHover(css: string): string {
  return css.replace(/:hover(?![\w-])/g, ":is(:hover, [data-heatreel-hover])");
}

/** Stands still, as the capture did. */
export const STILL = `
*, *::before, *::after {
  animation-delay: 0s !important; animation-duration: 0s !important; animation-iteration-count: 1 !important;
  transition: none !important; caret-color: transparent !important; scroll-behavior: auto !important;
}
noscript { display: none !important; }
html { scrollbar-width: none !important; }
html::-webkit-scrollbar { display: none !important; }
`;
