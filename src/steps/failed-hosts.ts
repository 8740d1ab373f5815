import { cutGateway, ownedListenerNames } from "../plan/gateway.ts";
import type { DesiredHost } from "../plan/plan.ts";
import { gatewayRef, isOfGateway } from "./gateway.ts";
import { findCertificate, findLiveIssuer, findUnissued } from "./issuance.ts";
import { refOf } from "./objects.ts";
import type { HostFailure, Step, StepContext } from "./step.ts";

const id = "failed-hosts";

/**
 * A host that failed and never got its certificate leaves no listener behind: cert-manager would go
 * on asking the CA for it. One that has a certificate keeps what it has.
 */
export const failedHosts: Step = {
  id,
  title: "Unfinished hosts",
  after: ["redirect"],
  async inspect(context) {
    const hosts = await findLeft(context);
    return hosts.map(({ listener }) => ({
      step: id,
      kind: "HTTPS listener",
      name: listener.name,
      intent: "delete",
    }));
  },
  async apply(context) {
    const { kubernetes } = context.world;
    const [hosts, live] = await Promise.all([
      findLeft(context),
      kubernetes.get(gatewayRef(context)),
    ]);
    if (live === undefined) return;
    const listeners = hosts.map(({ listener }) => listener.name);
    await kubernetes.apply([cutGateway(live, { listeners })]);
    const certificates = await Promise.all(hosts.map((host) => findCertificate(context, host)));
    const own = certificates.flatMap((object) =>
      object !== undefined && isOfGateway(context, object) ? [object] : [],
    );
    await kubernetes.delete(own.map(refOf));
  },
  async settle({ failures = [] }) {
    return failures.length === 0 ? "none" : `left out: ${nameHosts(failures)}`;
  },
};

/** `api.example.com, shop.example.com`. */
export function nameHosts(failures: readonly HostFailure[]): string {
  return failures.map(({ host }) => host.host.hostname).join(", ");
}

async function findLeft(context: StepContext): Promise<DesiredHost[]> {
  const { failures = [], world } = context;
  if (failures.length === 0) return [];
  const [live, issuer] = await Promise.all([
    world.kubernetes.get(gatewayRef(context)),
    findLiveIssuer(context),
  ]);
  const owned = ownedListenerNames(live);
  const hosts = failures
    .map(({ host }) => host)
    .filter(({ listener }) => owned.includes(listener.name));
  return issuer === undefined ? [] : findUnissued(context, hosts, issuer);
}
