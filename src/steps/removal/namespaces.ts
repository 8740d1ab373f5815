import { findForeignContent } from "../../facts/namespace-content.ts";
import { kinds } from "../../kinds.ts";
import type { Step, StepContext } from "../step.ts";
import { deleteDoomed, describeDoomed, type Doomed, findOwn, waitUntilGone } from "./removal.ts";
import { findCertManagerUser, findControllerUser } from "./shared-parts.ts";

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
  const found = await Promise.all(
    namesOf(context).map(async (name): Promise<Doomed[]> => {
      const object = await findOwn(context, { kind: kinds.Namespace, name });
      return object === undefined ? [] : [{ object, reason: await findReason(context, name) }];
    }),
  );
  return found.flat();
}

async function findReason(context: StepContext, name: string): Promise<string | undefined> {
  const { gatewayController, certManager } = context.plan.config.namespaces;
  const users = await Promise.all([
    name === gatewayController ? findControllerUser(context) : undefined,
    name === certManager ? findCertManagerUser(context) : undefined,
    findForeignContent(context.world.kubernetes, name, Object.values(context.plan.releases)),
  ]);
  return users.find((user) => user !== undefined);
}
