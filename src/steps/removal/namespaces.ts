import { findForeignContent } from "../../facts/namespace-content.ts";
import { rememberCustomKinds } from "../../facts/namespaced-kinds.ts";
import { kinds, type ResourceKind } from "../../kinds.ts";
import { gatewayRef } from "../gateway.ts";
import type { Step, StepContext } from "../step.ts";
import {
  deleteDoomed,
  describeDoomed,
  type Doomed,
  findOwn,
  type RemovalContext,
  waitUntilGone,
} from "./removal.ts";
import { readGatewayUse } from "./gateway-use.ts";
import { findCertManagerUser, findControllerUser, findExternalDnsUser } from "./shared-parts.ts";

const id = "namespaces";

/** Namespaces that we created, when nothing of others is in them. The kept config's own goes last. */
export const namespaceRemoval: Step = {
  id,
  title: "Namespaces",
  after: ["issuers", "external-dns-identity", "gateway-controller", "cert-manager"],
  async inspect(context) {
    return describeDoomed(id, await findDoomed(context));
  },
  async apply(context) {
    await deleteDoomed(context, await findDoomed(context));
  },
  async settle(context) {
    const names = new Set(namesOf(context));
    await waitUntilGone(
      context,
      { what: "Removing the namespaces", kind: kinds.Namespace },
      ({ metadata }) => names.has(metadata.name) && metadata.deletionTimestamp !== undefined,
    );
    return undefined;
  },
};

function namesOf({ plan }: StepContext): string[] {
  const { own, ...parts } = plan.namespaces;
  const names = new Set(Object.values(parts).map(({ metadata }) => metadata.name));
  names.delete(own.metadata.name);
  return [...names];
}

async function findDoomed(context: StepContext): Promise<Doomed[]> {
  const customKinds = rememberCustomKinds(context.world.kubernetes);
  const found = await Promise.all(
    namesOf(context).map(async (name): Promise<Doomed[]> => {
      const object = await findOwn(context, { kind: kinds.Namespace, name });
      if (object === undefined) return [];
      return [{ object, reason: await findReason(context, name, customKinds) }];
    }),
  );
  return found.flat();
}

async function findReason(
  context: StepContext,
  name: string,
  customKinds: () => Promise<ResourceKind[]>,
): Promise<string | undefined> {
  const { gateway, gatewayController, certManager, externalDns } = context.plan.config.namespaces;
  const releases = Object.values(context.plan.releases);
  const users = await Promise.all([
    name === gatewayController ? findControllerUser(context) : undefined,
    name === certManager ? findCertManagerUser(context) : undefined,
    name === gateway ? findGatewayInside(context) : undefined,
    name === externalDns ? findExternalDnsInside(context) : undefined,
    findForeignContent(context.world.kubernetes, name, releases, customKinds),
  ]);
  return users.find((user) => user !== undefined);
}

/** Our own Gateway, where others use it, as a clause. */
export async function findGatewayInside(context: RemovalContext): Promise<string | undefined> {
  const { reason } = await readGatewayUse(context);
  const { name, namespace } = gatewayRef(context);
  return reason === undefined ? undefined : `kept: Gateway ${namespace}/${name} is in it`;
}

async function findExternalDnsInside(context: RemovalContext): Promise<string | undefined> {
  const user = await findExternalDnsUser(context);
  return user === undefined ? undefined : "kept: ExternalDNS is in it";
}
