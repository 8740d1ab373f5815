// Bundles src/cli.ts into dist/ (one small entry, chunks that commands load when they need them) and
// writes THIRD-PARTY-NOTICES for what was bundled. Builds beside dist/ and swaps at the end.
import { rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildNotices } from "./notices.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const fresh = join(root, `dist.new-${process.pid}`);
const old = join(root, `dist.old-${process.pid}`);
const dist = join(root, "dist");

try {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["src/cli.ts"],
    outdir: fresh,
    entryNames: "[name]",
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.17",
    // The AWS clients offer modules too: those leave out what is not used.
    mainFields: ["module", "main"],
    // The module build of yaml is hidden behind its "browser" condition. Its CommonJS build loses its
    // names where one command imports it statically and another one dynamically.
    alias: { yaml: join(root, "node_modules/yaml/browser/index.js") },
    minifySyntax: true,
    minifyWhitespace: true,
    // Names stay: they are what a stack trace in a bug report says, and what some packages look at.
    minifyIdentifiers: false,
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
    // Bundled CommonJS packages call require() for Node's own modules.
    banner: {
      js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
    },
  });
  await writeFile(join(root, "THIRD-PARTY-NOTICES"), await buildNotices(root, metafile));
  await swap();
} catch (error) {
  // esbuild has printed what is wrong with the sources.
  if (!Array.isArray(error.errors)) throw error;
  process.exitCode = 1;
} finally {
  await rm(fresh, { recursive: true, force: true });
  await rm(old, { recursive: true, force: true });
}

/** Another build may put its own dist/ there in between: the last one stays. */
async function swap(tries = 3) {
  await rename(dist, old).catch(unless("ENOENT"));
  try {
    await rename(fresh, dist);
  } catch (error) {
    if (tries === 1 || !["ENOTEMPTY", "EEXIST"].includes(error.code)) throw error;
    await rm(old, { recursive: true, force: true });
    await swap(tries - 1);
  }
}

function unless(code) {
  return (error) => {
    if (error.code !== code) throw error;
  };
}
