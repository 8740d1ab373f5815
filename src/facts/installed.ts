import type { Config } from "../config/config.ts";
import { findProvider } from "../plan/load-balancer.ts";
import type { Environment } from "../plan/plan.ts";
import { valueOf } from "./fact.ts";
import type { Facts } from "./facts.ts";
import { isOurGateway } from "./services.ts";

/** How our ExternalDNS gets its role today; `undefined` where nothing gives it one. */
export function findInstalledIdentity({
  iam,
  objects,
}: Pick<Facts, "iam" | "objects">): Environment["identityMode"] | undefined {
  // Pods get the association's role where there is an annotation too.
  if (valueOf(iam)?.association?.owner.ours === true) return "pod-identity";
  const account = valueOf(objects)?.find(({ roleArn }) => roleArn !== undefined);
  return account?.owner.ours === true ? "irsa" : undefined;
}

/** Whose the load balancer of our Gateway is. */
export interface InstalledBalancer {
  provider: Environment["loadBalancer"];
  /** Whom the annotations mean, where another controller took the Service first. */
  asked: Environment["loadBalancer"] | undefined;
  /** It was made; else its Service waits for it. */
  hasAddress: boolean;
}

/** As the Service of our Gateway has it; `undefined` where there is none, or one of nobody we know. */
export function findInstalledBalancer(
  { services }: Pick<Facts, "services">,
  { namespaces }: Pick<Config, "namespaces">,
): InstalledBalancer | undefined {
  const found = valueOf(services)?.find(
    (one) => one.balancer !== undefined && isOurGateway(one, namespaces),
  );
  if (found?.balancer === undefined) return undefined;
  const { annotations, hasAddress } = found.balancer;
  const provider = findProvider(found.balancer);
  const asked = findProvider({ annotations, loadBalancerClass: undefined });
  return provider === undefined ? undefined : { provider, asked, hasAddress };
}
