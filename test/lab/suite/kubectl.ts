import { join } from "node:path";
import { run } from "../build/run.ts";
import type { Lab } from "../lab.ts";

/** kubectl as the cluster's administrator. */
export function kubectl(lab: Lab, args: readonly string[], input = ""): Promise<string> {
  const { kubeconfig } = lab.controlPlane;
  return run(join(lab.built.bin, "kubectl"), [`--kubeconfig=${kubeconfig}`, ...args], { input });
}
