import { UserError } from "../errors.ts";
import { collectConfig } from "./config-file.ts";
import { CONFIG_FILE } from "./defaults.ts";
import type { PartialConfig } from "./partial-config.ts";
import { listLines, Problems } from "./problems.ts";

const HINT =
  "Mend it: kubectl edit configmap gateway-tls --namespace gateway-tls; it is rebuilt from what is in the cluster when it is deleted: kubectl delete configmap gateway-tls --namespace gateway-tls";

/** The document that the cluster keeps. A broken one is `GT-CONFIG-KEPT`: there is no file to correct. */
export async function readKeptDocument(text: string): Promise<PartialConfig> {
  const problems = new Problems();
  const config = await collectConfig(text, { name: CONFIG_FILE }, problems);
  const { lines } = problems;
  if (lines.length === 0) return config;
  throw new UserError(
    "GT-CONFIG-KEPT",
    `The ConfigMap gateway-tls/gateway-tls keeps the configuration, and cannot be read. ${listLines(lines)}`,
    { hint: HINT },
  );
}
