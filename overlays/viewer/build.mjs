// Builds the viewer into the files that the Python package ships: viewer.js and viewer.css with the fonts inside, player.js and player.css for films.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const bundles = join(here, "../heatreel/overlays/bundles");

await build({
  // The player of films is larger than all else, and loaded only where there is one.
  entryPoints: { viewer: join(here, "src/main.ts"), player: join(here, "src/player.ts") },
  outdir: bundles,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2019", "chrome90", "firefox90", "safari15"],
  loader: { ".woff2": "dataurl" },
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
});
for (const name of ["viewer.js", "viewer.css", "player.js", "player.css"]) {
  console.log(`${name}: ${gzipSync(readFileSync(join(bundles, name)), { level: 9 }).length} bytes gzip`);
}
