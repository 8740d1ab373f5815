// Bundles one TypeScript file of the lab and runs it, for Node 20 cannot run TypeScript itself.
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, "../../node_modules/.cache/gateway-tls-lab");
const outfile = join(folder, `cli-${process.pid}.mjs`);
mkdirSync(folder, { recursive: true });
process.on("exit", () => rmSync(outfile, { force: true }));
await build({
  entryPoints: [join(here, "cli.ts")],
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
