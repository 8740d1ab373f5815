import { UserError } from "../errors.ts";
import { parseHttpRoute } from "../facts/objects.ts";
import { kinds } from "../kinds.ts";
import type { DesiredHost, PlanItem } from "../plan/plan.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { failHost } from "./hosts.ts";
import { applyDifferent, inspectObjects, refOf } from "./objects.ts";
import {
  findRehearsalRoutes,
  isRehearsalOf,
  proveRehearsals,
  startRehearsals,
  sweep,
} from "./rehearse.ts";
import { waitUntilAccepted } from "./routes.ts";
import type { Step, StepContext } from "./step.ts";
import { findSuperseded } from "./superseded.ts";

const id = "redirect";
/** The same path was proved minutes ago: only the gateway's reload is waited for. */
const PROOF_SECONDS = 60;

/**
 * Each host's route moves to HTTPS and port 80 redirects to it, in one apply. Then the challenge
 * path is rehearsed behind the redirect: if it does not get through, the redirect is taken away
 * again, because every renewal would fail. The rehearsal's routes are made before the redirect and
 * go after its proof, so one that a killed run left unproven is seen, and proved, by the next.
 */
export const redirect: Step = {
  id,
  title: "HTTPS routes",
  after: ["promotion"],
  async inspect(context) {
    const routes = finalRoutes(context);
    const [items, older, left] = await Promise.all([
      inspectObjects(context, id, routes),
      findSuperseded(context, routes),
      findLeft(context),
    ]);
    return [
      ...items.map((item) => describeMove(context, item)),
      ...[...older, ...left].map((object) => describeDeleted(object)),
    ];
  },
  async apply(context) {
    const isProved = context.plan.config.redirect && !context.options.skipRehearsal;
    await (isProved ? redirectProved(context) : moveRoutes(context));
    await sweep(context, context.plan.hosts);
  },
  async settle(context) {
    await waitUntilAccepted(context, context.plan.hosts, routesOf);
    if (context.plan.hosts.length === 0) return "no hosts";
    return context.plan.config.redirect ? "http redirects to https" : "http and https";
  },
};

function describeDeleted({ kind, metadata: { namespace, name } }: KubernetesObject): PlanItem {
  return { step: id, kind, name: `${namespace}/${name}`, intent: "delete" };
}

/** The backend's route is made by an earlier step: here it only moves. */
function describeMove({ plan }: StepContext, item: PlanItem): PlanItem {
  const moves = plan.hosts.some(
    ({ route: { metadata } }) => item.name === `${metadata.namespace}/${metadata.name}`,
  );
  if (!moves || item.intent !== "create") return item;
  return { ...item, intent: "update", fields: ["from port 80 to HTTPS"] };
}

const finalRoutes = ({ plan }: StepContext): KubernetesObject[] => plan.hosts.flatMap(routesOf);

const routesOf = ({ route, redirectRoute }: DesiredHost): KubernetesObject[] =>
  redirectRoute === undefined ? [route] : [redirectRoute, route];

async function moveRoutes(context: StepContext): Promise<void> {
  const routes = finalRoutes(context);
  await applyDifferent(context, id, routes);
  await waitUntilAccepted(context, context.plan.hosts, routesOf);
  const older = await findSuperseded(context, routes);
  if (older.length > 0) await context.world.kubernetes.delete(older.map(refOf));
}

/** Where hosts are isolated, the redirect goes only from those whose challenge it breaks. */
async function redirectProved(context: StepContext): Promise<void> {
  const broken: { host: DesiredHost; error: UserError }[] = [];
  const collecting: StepContext = {
    ...context,
    failHost: (host, error) => broken.push({ host, error }),
  };
  const { hosts } = context.plan;
  await sweep(context, hosts);
  const rehearsals = await startRehearsals(context, hosts);
  await moveRoutes(context);
  await proveRehearsals(collecting, rehearsals, { limitSeconds: PROOF_SECONDS });
  if (broken.length === 0) return;
  const failed = broken.map(({ host }) => host);
  await takeAway(context, context.failHost === undefined ? hosts : failed);
  await sweep(context, hosts);
  for (const { host, error } of broken) failHost(context, host, explain(error));
}

/** Rehearsals of a run that was killed: what it put up may be unproven. */
async function findLeft(context: StepContext): Promise<KubernetesObject[]> {
  const routes = await findRehearsalRoutes(context);
  return routes.filter((route) => context.plan.hosts.some((host) => isRehearsalOf(route, host)));
}

function explain(error: UserError): UserError {
  return new UserError(
    "GT-REDIRECT-BREAKS-CHALLENGE",
    `HTTPS is served, but the challenge path does not get past the redirect, so the redirect was removed again: ${error.message}`,
    { hint: "Run the same command with --no-redirect.", cause: error },
  );
}

/** Without a redirect the backend answers on both ports. */
function onBothPorts({ bootstrapRoute, route }: DesiredHost): KubernetesObject {
  const parentRefs = [bootstrapRoute, route].flatMap(
    (object) => parseHttpRoute(object).spec.parentRefs,
  );
  const spec = typeof route["spec"] === "object" ? route["spec"] : {};
  return { ...route, spec: { ...spec, parentRefs } };
}

async function takeAway({ world }: StepContext, hosts: readonly DesiredHost[]): Promise<void> {
  const redirects = hosts.flatMap(({ redirectRoute }) => redirectRoute ?? []);
  await world.kubernetes.apply(hosts.map(onBothPorts));
  await world.kubernetes.delete(
    redirects.map(({ metadata: { name, namespace } }) => ({
      kind: kinds.HTTPRoute,
      name,
      ...(namespace === undefined ? {} : { namespace }),
    })),
  );
}
