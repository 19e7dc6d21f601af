// Builds the scripts that the Python package ships: page.js and keep.js for the capture, replay.js for recordings of
// other tools, recorder.js and its second part more.js for visitors, film.js for sites that chose films.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { minify } from "terser";

const here = dirname(fileURLToPath(import.meta.url));
const bundles = join(here, "../heatreel/capture/bundles");

/** The recorder is a guest in other people's pages: compressed it is at most this many bytes. */
const RECORDER_LIMIT_BYTES = 6000;

/** The second part of the recorder is given by the first what that has brought: see src/more/parts.ts. */
const given = {
  name: "given",
  setup: (build) =>
    build.onResolve({ filter: /\/(dom|hash|name|selector|stable|walk)$/ }, () => ({
      path: join(here, "src/more/parts.ts"),
    })),
};

async function bundle(entry, name, options = {}) {
  const outfile = join(bundles, name);
  await build({
    entryPoints: [join(here, "src", entry)],
    outfile,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2019",
    legalComments: "none",
    logLevel: "warning",
    ...options,
  });
  return size(outfile, name);
}

/**
 * The recorder, a few per cent smaller than the bundler alone makes it. A fault while it is loaded is kept from the
 * page, like any other. `import()` is the one thing in it that is newer than ES2019: browsers had it before.
 */
async function guest(entry, name) {
  const outfile = join(bundles, name);
  const { outputFiles } = await build({
    entryPoints: [join(here, "src", entry)],
    bundle: true,
    format: "esm",
    target: "es2019",
    supported: { "dynamic-import": true },
    write: false,
  });
  // One word for all declarations packs better than two.
  const text = outputFiles[0].text.replace(/\bconst\b/g, "let");
  const compress = {
    passes: 6, unsafe_arrows: true, pure_getters: true, keep_fargs: false, unsafe: true, unsafe_methods: true,
    unsafe_proto: true,
  };
  const { code } = await minify(text, { ecma: 2019, module: true, compress, format: { ascii_only: true } });
  writeFileSync(outfile, `(()=>{try{${code}}catch{}})()`);
  return size(outfile, name);
}

function size(outfile, name) {
  const bytes = gzipSync(readFileSync(outfile), { level: 9 }).length;
  console.log(`${name}: ${bytes} bytes gzip`);
  return bytes;
}

await bundle("page.ts", "page.js");
await bundle("keep.ts", "keep.js");
await bundle("replay/index.ts", "replay.js");
await bundle("more/index.ts", "more.js", { format: "esm", target: "es2020", plugins: [given] });
await bundle("film/index.ts", "film.js");
const bytes = await guest("recorder/index.ts", "recorder.js");
if (bytes > RECORDER_LIMIT_BYTES) {
  console.error(`recorder.js is ${bytes} bytes gzip, more than the ${RECORDER_LIMIT_BYTES} it may have`);
  process.exit(1);
}
