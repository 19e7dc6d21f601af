// Builds the viewer into the two files that the Python package ships: viewer.js and viewer.css, fonts inside.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const bundles = join(here, "../heatreel/overlays/bundles");

await build({
  entryPoints: { viewer: join(here, "src/main.ts") },
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
for (const name of ["viewer.js", "viewer.css"]) {
  console.log(`${name}: ${gzipSync(readFileSync(join(bundles, name)), { level: 9 }).length} bytes gzip`);
}
