// Bundles one TypeScript file that is no part of the package (the lab, the benchmarks) and runs it in
// this process, for Node 20 cannot run TypeScript itself.
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const folder = join(
  dirname(fileURLToPath(import.meta.url)),
  "../node_modules/.cache/gateway-tls-lab",
);

export async function runTypeScript(entry) {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const outfile = join(folder, `run-${process.pid}.mjs`);
  mkdirSync(folder, { recursive: true });
  process.on("exit", () => rmSync(outfile, { force: true }));
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: "inline",
    logLevel: "error",
  });
  await import(pathToFileURL(outfile).href);
}
