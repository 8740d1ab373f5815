import { randomBytes } from "node:crypto";
import { isPrivateAddress, REMAKE_BALANCER } from "../checks/load-balancer-words.ts";
import { UserError } from "../errors.ts";
import { parseHttpRoute } from "../facts/objects.ts";
import { findAddresses, findNameServers, type NameServer } from "../facts/zone-answers.ts";
import { kinds } from "../kinds.ts";
import { buildRehearsalRoute, REHEARSAL_LABEL } from "../plan/rehearsal.ts";
import type { DesiredHost } from "../plan/plan.ts";
import type { HttpAnswer } from "../ports/network.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { thenAlways } from "./first-error.ts";
import { forEachHost } from "./hosts.ts";
import { refOf } from "./objects.ts";
import { waitUntilAccepted } from "./routes.ts";
import type { StepContext } from "./step.ts";
import { type Look, tryUntil, type Wait } from "./wait.ts";

const PROBE_TIMEOUT_MS = 5000;

/** A short-lived route for one host, and what its answer must name. */
export interface Rehearsal {
  host: DesiredHost;
  nonce: string;
  route: KubernetesObject;
}

/**
 * Proves the path that the CA will take, before it is asked: a short-lived route for one exact
 * path under /.well-known/acme-challenge/ must answer from outside, by the real name. The routes
 * are taken away again whatever happens; those of a killed run are swept first. A host that cannot
 * be proven is taken out of the run, or ends it.
 */
export async function rehearse(context: StepContext, hosts: readonly DesiredHost[]): Promise<void> {
  await sweep(context, hosts);
  const rehearsals = await startRehearsals(context, hosts);
  await thenAlways(
    () => proveRehearsals(context, rehearsals),
    () => sweep(context, hosts),
  );
}

/** Makes the routes. They stay until they are swept, also when the run is killed. */
export async function startRehearsals(
  context: StepContext,
  hosts: readonly DesiredHost[],
): Promise<Rehearsal[]> {
  const rehearsals = hosts.map((host) => {
    const nonce = randomBytes(8).toString("hex");
    return { host, nonce, route: buildRehearsalRoute(context.plan, host.host.hostname, nonce) };
  });
  await context.world.kubernetes.apply(rehearsals.map(({ route }) => route));
  return rehearsals;
}

/** Waits until each answers from outside; a host that cannot be proven is taken out, or throws. */
export async function proveRehearsals(
  context: StepContext,
  rehearsals: readonly Rehearsal[],
  limits: Pick<Wait, "limitSeconds"> = {},
): Promise<void> {
  const hosts = rehearsals.map(({ host }) => host);
  const of = (host: DesiredHost) => rehearsals.filter((rehearsal) => rehearsal.host === host);
  const failed = new Set<DesiredHost>();
  const noting: StepContext = withNote(context, (host) => failed.add(host));
  await waitUntilAccepted(noting, hosts, (host) => of(host).map(({ route }) => route));
  const accepted = hosts.filter((host) => !failed.has(host));
  const servers = await findNameServers(context.world, context.plan.environment.zone.id);
  await forEachHost(context, accepted, async (host, endsAt) => {
    const ends = { ...limits, endsAt };
    for (const rehearsal of of(host)) await proveOne(context, servers, rehearsal, ends);
  });
}

/** The same context, told of each host that is taken out. */
function withNote(context: StepContext, note: (host: DesiredHost) => void): StepContext {
  const { failHost } = context;
  if (failHost === undefined) return context;
  return {
    ...context,
    failHost: (host, error) => {
      note(host);
      failHost(host, error);
    },
  };
}

/** Routes of rehearsals, of this run or of one that was killed. */
export async function findRehearsalRoutes({
  plan,
  world,
}: StepContext): Promise<KubernetesObject[]> {
  return world.kubernetes.list(kinds.HTTPRoute, {
    namespace: plan.config.namespaces.gateway,
    labelSelector: REHEARSAL_LABEL,
  });
}

/** Takes away those of these hosts. */
export async function sweep(context: StepContext, hosts: readonly DesiredHost[]): Promise<void> {
  const left = (await findRehearsalRoutes(context)).filter((route) =>
    hosts.some((host) => isRehearsalOf(route, host)),
  );
  if (left.length > 0) await context.world.kubernetes.delete(left.map(refOf));
}

/** Whether a route rehearses this host's challenge. */
export function isRehearsalOf(route: KubernetesObject, { host }: DesiredHost): boolean {
  return parseHttpRoute(route).spec.hostnames.includes(host.hostname);
}

async function proveOne(
  context: StepContext,
  servers: readonly NameServer[],
  rehearsal: Rehearsal,
  limits: Pick<Wait, "limitSeconds" | "endsAt">,
): Promise<void> {
  const { world } = context;
  let reached: string | undefined;
  await tryUntil(
    context,
    {
      what: `The rehearsal of the challenge for ${rehearsal.host.host.hostname}`,
      code: "GT-REHEARSAL-TIMEOUT",
      get hint() {
        return advise(context, reached);
      },
      ...limits,
    },
    async () => {
      const { hostname } = rehearsal.host.host;
      const [address] = await findAddresses(world.resolver, servers, hostname);
      if (address === undefined)
        return { waiting: `${hostname} has no address at its zone's servers` };
      reached = address;
      return probe(context, rehearsal, address);
    },
  );
}

/** Without the rehearsal the CA would still not get to a private address. */
function advise({ plan }: StepContext, address: string | undefined): string {
  const isPublic = plan.config.loadBalancer.scheme === "internet-facing";
  if (isPublic && address !== undefined && isPrivateAddress(address)) {
    return `The load balancer has private addresses, which neither the CA nor the internet reaches. ${REMAKE_BALANCER}`;
  }
  return "Open port 80 of the load balancer to the internet (scheme, security groups). If only this machine cannot reach it, add --skip-rehearsal.";
}

async function probe(
  { world }: StepContext,
  { host, nonce }: Rehearsal,
  address: string,
): Promise<Look<true>> {
  const { hostname } = host.host;
  const path = `/.well-known/acme-challenge/gateway-tls-${nonce}`;
  try {
    const target = {
      protocol: "http",
      hostname,
      path,
      address,
      timeoutMs: PROBE_TIMEOUT_MS,
    } as const;
    return judge(await world.probe.get(target), nonce, `http://${hostname} at ${address}`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { waiting: `port 80 of ${hostname}: ${error.message}` };
  }
}

function judge({ status, headers }: HttpAnswer, nonce: string, where: string): Look<true> {
  const location = headers["location"] ?? "";
  if (location.includes(`${nonce}.invalid`)) return { done: true };
  if (status >= 300 && status < 400) {
    return {
      waiting: `${where} redirects the challenge path to ${location}: a redirect is in its way`,
    };
  }
  return { waiting: `${where} answered ${status}, but not from our Gateway's challenge path yet` };
}
