import { join } from "node:path";
import { runTypeScript } from "../../scripts/run-typescript.mjs";

await runTypeScript(join(import.meta.dirname, "cli.ts"));
