/** Heat in the browser, as `overlays/density.py` and `tone.py` make it: the same spot has the same colour. */

/** Side of a cell in CSS px of the page. */
export const CELL = 4;

// As in layers.py: the Gaussian that comes nearest to a soft disc of that radius.
const SIGMA_OF_RADIUS = 3 / 8;
// As in tone.py.
const BEND = 50;
const KNEE = 0.9;

export interface Scale {
  top: number;
  /** Hottest place; beyond `top` only in the tone "robust". */
  peak: number;
  tone: string;
}

export interface Spot {
  x: number;
  y: number;
  weight: number;
}

/** Heat by cell of a window of the page: spots are in px from its top left. */
export function density(spots: readonly Spot[], columns: number, rows: number, radius: number): Float32Array {
  const heat = new Float32Array(columns * rows);
  const sigma = (radius * SIGMA_OF_RADIUS) / CELL;
  const reach = Math.ceil(3 * sigma);
  for (const { x, y, weight } of spots) {
    const middleX = x / CELL - 0.5;
    const middleY = y / CELL - 0.5;
    const left = Math.max(Math.ceil(middleX - reach), 0);
    const right = Math.min(Math.floor(middleX + reach), columns - 1);
    const top = Math.max(Math.ceil(middleY - reach), 0);
    const bottom = Math.min(Math.floor(middleY + reach), rows - 1);
    const across = bell(left, right, middleX, sigma);
    for (let row = top; row <= bottom; row++) {
      const share = weight * Math.exp(-((row - middleY) ** 2) / (2 * sigma * sigma));
      const start = row * columns;
      for (let column = left; column <= right; column++) heat[start + column]! += share * across[column - left]!;
    }
  }
  return heat;
}

function bell(from: number, to: number, middle: number, sigma: number): Float64Array {
  const values = new Float64Array(Math.max(to - from + 1, 0));
  for (let at = from; at <= to; at++) values[at - from] = Math.exp(-((at - middle) ** 2) / (2 * sigma * sigma));
  return values;
}

/** Where a heat lies on the colour bar, 0 to 1. */
export function shareOf(heat: number, scale: Scale): number {
  const part = heat / scale.top;
  const knee = scale.peak > scale.top * 1.001 ? KNEE : 1;
  if (part > 1) return knee < 1 ? Math.min(knee + ((1 - knee) * Math.log(part)) / Math.log(scale.peak / scale.top), 1) : 1;
  return knee * (scale.tone === "linear" ? part : Math.log1p(BEND * part) / Math.log1p(BEND));
}

/** Red, green, blue, alpha (0 to 255) of each colour of a palette; colours are CSS `rgb(r g b / a)`. */
export function paletteOf(colours: readonly string[]): Uint8ClampedArray {
  const table = new Uint8ClampedArray(256 * 4);
  for (let level = 0; level < 256; level++) {
    const text = colours[Math.round((level / 255) * (colours.length - 1))] ?? "";
    const [red = 0, green = 0, blue = 0, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
    table.set([red, green, blue, alpha * 255], level * 4);
  }
  return table;
}

/** Colours of a heat, as pixels of one for each cell. */
export function coloured(heat: Float32Array, scale: Scale, palette: Uint8ClampedArray): Uint8ClampedArray {
  const pixels = new Uint8ClampedArray(heat.length * 4);
  for (let cell = 0; cell < heat.length; cell++) {
    if (heat[cell]! < 0.001) continue;
    const level = Math.round(255 * shareOf(heat[cell]!, scale));
    pixels.set(palette.subarray(level * 4, level * 4 + 4), cell * 4);
  }
  return pixels;
}
