import type { ChartName } from "../../config/config.ts";
import { isOurs } from "../../facts/ownership.ts";
import { parseService } from "../../facts/objects.ts";
import { kinds } from "../../kinds.ts";
import type { Release } from "../../ports/charts.ts";
import type { Step, StepContext } from "../step.ts";
import type { StepId } from "../../plan/step-id.ts";
import { findCertManagerUser, findControllerUser, findExternalDnsUser } from "./shared-parts.ts";
import { waitUntilGone } from "./removal.ts";

/** ExternalDNS writes for our Gateway only, and stays where that serves routes of others. */
export const externalDnsRemoval: Step = buildRemoval("external-dns", {
  title: "ExternalDNS",
  chart: "external-dns",
  findUser: findExternalDnsUser,
});

export const controllerRemoval: Step = buildRemoval("gateway-controller", {
  title: "NGINX Gateway Fabric",
  chart: "nginx-gateway-fabric",
  findUser: findControllerUser,
});

export const certManagerRemoval: Step = buildRemoval("cert-manager", {
  title: "cert-manager",
  chart: "cert-manager",
  findUser: findCertManagerUser,
});

interface Part {
  title: string;
  chart: ChartName;
  /** Who else needs it, as a clause; it then stays. */
  findUser: (context: StepContext) => Promise<string | undefined>;
}

function buildRemoval(id: StepId, { title, chart, findUser }: Part): Step {
  return {
    id,
    title,
    after: ["gateway"],
    async inspect(context) {
      const release = await findRelease(context, chart);
      if (release === undefined) return [];
      const name = `${release.namespace}/${release.name}`;
      const reason = await findUser(context);
      const item = { step: id, kind: "Helm release", name } as const;
      if (reason !== undefined) return [{ ...item, intent: "keep", reason }];
      return [{ ...item, intent: "delete" }];
    },
    async apply(context) {
      const release = await findRelease(context, chart);
      if (release === undefined || (await findUser(context)) !== undefined) return;
      context.report(`uninstalling ${release.name}`);
      await context.world.charts.uninstall(release.name, release.namespace);
    },
    async settle(context) {
      if ((await findRelease(context, chart)) === undefined) await waitForService(context, chart);
      return undefined;
    },
  };
}

async function findRelease(
  { plan, world }: StepContext,
  chart: ChartName,
): Promise<Release | undefined> {
  const { name, namespace } = plan.releases[chart];
  const found = (await world.charts.list()).find(
    (release) => release.name === name && release.namespace === namespace,
  );
  return found !== undefined && found.status !== "uninstalled" && isOurs(found.labels)
    ? found
    : undefined;
}

/** The 1.x line's load balancer is the release's own Service. */
async function waitForService(context: StepContext, chart: ChartName): Promise<void> {
  const { name, namespace } = context.plan.releases[chart];
  await waitUntilGone(
    context,
    { what: "Removing the load balancer", kind: kinds.Service, namespace },
    (service) =>
      service.metadata.annotations?.["meta.helm.sh/release-name"] === name &&
      parseService(service).spec.type === "LoadBalancer",
  );
}
