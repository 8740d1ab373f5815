import { UserError } from "../errors.ts";
import type { Kubernetes } from "../ports/kubernetes.ts";
import { readFact, type Fact } from "./fact.ts";

/** The API server's version; one that is no 1.x is unknown, `GT-KUBERNETES-VERSION`. */
export interface KubernetesVersion {
  /** As the API server spells it: `v1.34.2-eks-1234567`. */
  text: string;
  /** The minor of 1.x. */
  minor: number;
}

/** The API server's version; also the proof that it can be reached. */
export async function readKubernetesVersion(
  kubernetes: Kubernetes,
): Promise<Fact<KubernetesVersion>> {
  return readFact(async () => {
    const text = await kubernetes.version();
    const minor = parseKubernetesMinor(text);
    if (minor !== undefined) return { text, minor };
    throw new UserError("GT-KUBERNETES-VERSION", `The API server's version "${text}" is no 1.x.`, {
      hint: "Check that the cluster's endpoint is a Kubernetes API server.",
    });
  });
}

/** `v1.34.2-eks-1234567` and `1.34` -> 34. */
export function parseKubernetesMinor(text: string): number | undefined {
  const minor = /^v?1\.(\d+)/.exec(text)?.[1];
  return minor === undefined ? undefined : Number(minor);
}
