import { explainExternalDnsLog } from "../checks/external-dns-log.ts";
import { UserError } from "../errors.ts";
import { parseGateway } from "../facts/objects.ts";
import { findNameServers, type NameServer, readZoneAnswers } from "../facts/zone-answers.ts";
import type { ResourceRecordSet } from "../ports/aws.ts";
import { placeOf, restartExternalDns } from "./external-dns-restart.ts";
import { gatewayRef } from "./gateway.ts";
import { tryHosts } from "./hosts.ts";
import type { Step, StepContext } from "./step.ts";
import type { Look } from "./wait.ts";

/** How long ExternalDNS may report the same identity error: IAM needs up to two minutes. */
const IDENTITY_PATIENCE_MS = 120_000;

/** Each host's record, pointing at the load balancer, in sync at all of the zone's own servers. */
export const dnsRecord: Step = {
  id: "dns-record",
  title: "DNS record",
  after: ["load-balancer", "routes", "external-dns"],
  inspect: async () => [],
  settle: waitForRecords,
};

async function waitForRecords(context: StepContext): Promise<string> {
  const { plan, world } = context;
  const hostnames = plan.hosts.map(({ host }) => host.hostname);
  if (hostnames.length === 0) return "no hosts";
  const servers = await findNameServers(world, plan.environment.zone.id);
  const address = await findAddress(context);
  const identity = new IdentityPatience(context);
  await tryHosts(
    context,
    {
      what: "The DNS record",
      code: "GT-DNS-RECORD-TIMEOUT",
      hint: `Read what ExternalDNS does: kubectl logs deployment/${placeOf(plan).name} --namespace ${placeOf(plan).namespace}; the same command then resumes.`,
    },
    plan.hosts,
    {
      prepare: async () => ({
        records: await world.zones.listRecords(plan.environment.zone.id, hostnames),
        refusal: once(() => identity.explain()),
      }),
      lookAt: async ({ records, refusal }, { host: { hostname } }) => {
        const look = await lookAtHost(context, servers, hostname, { records, address });
        return "done" in look ? look : { waiting: (await refusal()) ?? look.waiting };
      },
    },
    { firstMs: 2000, maxMs: 10_000 },
  );
  return hostnames.length > 1 ? `${hostnames.length} names in sync` : `${hostnames.join()} in sync`;
}

/** However many hosts ask. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
}

/**
 * The address that the Gateway shows; the load balancer step has waited for it, so without one it
 * is `GT-GATEWAY-NO-ADDRESS`.
 */
async function findAddress(context: Pick<StepContext, "plan" | "world">): Promise<string> {
  const live = await context.world.kubernetes.get(gatewayRef(context));
  const [address] = live === undefined ? [] : parseGateway(live).status.addresses;
  if (address !== undefined) return address.value;
  throw new UserError("GT-GATEWAY-NO-ADDRESS", "The Gateway has lost its load balancer address.", {
    hint: "Run `gateway-tls status` to see why, then the same command again.",
  });
}

async function lookAtHost(
  context: StepContext,
  servers: readonly NameServer[],
  hostname: string,
  { records, address }: { records: readonly ResourceRecordSet[]; address: string },
): Promise<Look<true>> {
  const found = records.filter(({ name, type }) => name === hostname && isAddressType(type));
  if (found.length === 0) return { waiting: `ExternalDNS has not written ${hostname} yet` };
  const other = found.find((record) => !pointsAt(record, address));
  if (other !== undefined) {
    return {
      waiting: `${hostname} ${other.type} points at ${targetOf(other)}, not at ${address} yet`,
    };
  }
  const { addresses, missing, silent } = await readZoneAnswers(
    context.world.resolver,
    servers,
    hostname,
  );
  if (silent.length === servers.length) {
    context.warn(
      `The zone's name servers cannot be asked from here, so ${hostname} is taken as in sync because Route 53 has it.`,
    );
    return { done: true };
  }
  if (missing.length > 0) return { waiting: `${hostname} is not at ${missing.join(", ")} yet` };
  return addresses.length > 0 ? { done: true } : { waiting: `${hostname} has no address yet` };
}

const isAddressType = (type: string): boolean => ["A", "AAAA", "CNAME"].includes(type);

const targetOf = ({ alias, values }: ResourceRecordSet): string =>
  (alias?.target ?? values.join(", ")).replace(/^dualstack\./, "");

function pointsAt(record: ResourceRecordSet, address: string): boolean {
  return targetOf(record).toLowerCase() === address.toLowerCase();
}

/**
 * ExternalDNS keeps running when AWS refuses it, and says so only in its log. A pod that started
 * before its identity took effect needs one restart; after that the refusal is real.
 */
class IdentityPatience {
  readonly #context: StepContext;
  #since: number | undefined;
  #restarted = false;

  constructor(context: StepContext) {
    this.#context = context;
  }

  /** Why ExternalDNS writes nothing, if its log tells. Throws when patience is over. */
  async explain(): Promise<string | undefined> {
    const { plan, world } = this.#context;
    const { namespace, name } = placeOf(plan);
    const lines = await world.kubernetes.logs({
      namespace,
      labelSelector: `app.kubernetes.io/instance=${name}`,
      tailLines: 20,
    });
    const finding = explainExternalDnsLog(lines, {
      role: plan.identity.role.arn,
      deployment: placeOf(plan),
    });
    if (finding === undefined) {
      this.#since = undefined;
      return undefined;
    }
    const now = world.clock.now().getTime();
    this.#since ??= now;
    if (now - this.#since < IDENTITY_PATIENCE_MS) return finding.message;
    if (this.#restarted) throw new UserError(finding.code, finding.message, { hint: finding.hint });
    await this.#restart();
    return "restarting external-dns: it started before its identity took effect";
  }

  async #restart(): Promise<void> {
    this.#context.report("restarting external-dns: it started before its identity took effect");
    this.#restarted = true;
    this.#since = undefined;
    await restartExternalDns(this.#context);
  }
}
