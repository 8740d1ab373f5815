import type { KubernetesObject } from "../../../ports/kubernetes.ts";
import { at, fields, isFields, list, strings, text } from "../../fields.ts";
import type { Simulation } from "../../simulation.ts";
import { childName, isStaging } from "./names.ts";

const CA_ANSWER_MS = 1_500;
/** Long enough for a watcher to read why. */
const FAILED_CLEANUP_MS = 2_000;
const RATE_LIMIT_MS = 36 * 3_600_000;

/** Orders become Challenges, and end as these do. */
export function orders(simulation: Simulation): void {
  for (const order of simulation.store.all("Order")) {
    const state = text(at(order, "status", "state"));
    if (["valid", "invalid", "errored", "expired"].includes(state)) cleanUp(simulation, order);
    else reconcile(simulation, order, state);
  }
}

function reconcile(simulation: Simulation, order: KubernetesObject, state: string): void {
  const { uid = "" } = order.metadata;
  const issuer = simulation.store.findKind(
    "ClusterIssuer",
    text(at(order, "spec", "issuerRef", "name")),
  );
  const server = text(at(issuer, "spec", "acme", "server"));
  if (!simulation.after(`${uid}/placed`, CA_ANSWER_MS)) return;
  if (state === "") return place(simulation, order, server);
  const challenges = challengesOf(simulation, order);
  if (challenges.length === 0) return createChallenges(simulation, order, issuer, server);
  const states = challenges.map((challenge) => text(at(challenge, "status", "state")));
  if (states.includes("invalid")) return finish(simulation, order, "invalid");
  if (states.every((one) => one === "valid")) return finalize(simulation, order);
}

function challengesOf(simulation: Simulation, order: KubernetesObject): KubernetesObject[] {
  const { uid, namespace } = order.metadata;
  return simulation.store
    .all("Challenge", namespace)
    .filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid));
}

/** A finished order's Challenges go, and the CA's words with them. */
function cleanUp(simulation: Simulation, order: KubernetesObject): void {
  const challenges = challengesOf(simulation, order);
  if (challenges.length === 0) return;
  const failed = at(order, "status", "state") !== "valid";
  const delay = failed ? FAILED_CLEANUP_MS : 0;
  if (!simulation.after(`${order.metadata.uid ?? ""}/cleanup`, delay)) return;
  for (const challenge of challenges) simulation.store.remove(challenge);
}

function place(simulation: Simulation, order: KubernetesObject, server: string): void {
  const { store, now } = simulation;
  if (simulation.hasFault("rate-limited") && !isStaging(server)) {
    const until = new Date(now + RATE_LIMIT_MS)
      .toISOString()
      .replace("T", " ")
      .replace(/\.\d+Z$/, " UTC");
    store.setStatus(order, {
      state: "errored",
      failureTime: store.timestamp(),
      reason: `Failed to create Order: 429 urn:ietf:params:acme:error:rateLimited: too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s, retry after ${until}: see https://letsencrypt.org/docs/rate-limits/#new-certificates-per-exact-set-of-identifiers`,
    });
    return;
  }
  const base = server.replace(/\/directory$/, "");
  const number = simulation.nextNumber();
  store.setStatus(order, {
    state: "pending",
    url: `${base}/acme/order/1/${number}`,
    finalizeURL: `${base}/acme/finalize/1/${number}`,
    authorizations: namesOf(order).map((identifier) => ({
      identifier,
      initialState: "pending",
      url: `${base}/acme/authz/1/${simulation.nextNumber()}`,
      wildcard: false,
      challenges: [
        { type: "http-01", token: token(simulation), url: `${base}/acme/chall/1/${number}` },
      ],
    })),
  });
}

function namesOf(order: KubernetesObject): string[] {
  return [...new Set(strings(at(order, "spec", "dnsNames")))];
}

function token(simulation: Simulation): string {
  const number = simulation.nextNumber();
  return Buffer.from(`sandbox token number ${number}`.padEnd(32, ".")).toString("base64url");
}

function createChallenges(
  simulation: Simulation,
  order: KubernetesObject,
  issuer: KubernetesObject | undefined,
  server: string,
): void {
  const { name, namespace = "", uid = "" } = order.metadata;
  const solvers = list(at(issuer, "spec", "acme", "solvers"));
  for (const authorization of list(at(order, "status", "authorizations"))) {
    const dnsName = text(authorization["identifier"]);
    const [challenge = {}] = list(authorization["challenges"]);
    const solver = solvers.find((one) => admits(one, dnsName));
    const value = text(challenge["token"]);
    simulation.store.create({
      apiVersion: "acme.cert-manager.io/v1",
      kind: "Challenge",
      metadata: {
        name: childName(name, dnsName),
        namespace,
        finalizers: ["finalizer.acme.cert-manager.io"],
        ownerReferences: [{ apiVersion: order.apiVersion, kind: "Order", name, uid }],
      },
      spec: {
        type: "HTTP-01",
        dnsName,
        token: value,
        key: `${value}.sandboxaccountthumbprint`,
        url: text(challenge["url"]),
        authorizationURL: text(authorization["url"]),
        wildcard: false,
        issuerRef: structuredClone(fields(at(order, "spec", "issuerRef"))),
        solver: structuredClone(solver ?? {}),
      },
      status: { processing: true, presented: false, state: "pending", server },
    });
  }
}

/** `selector.dnsZones` and `dnsNames`, as cert-manager matches them. */
function admits(solver: Record<string, unknown>, name: string): boolean {
  const { selector } = solver;
  if (!isFields(selector)) return true;
  const zones = strings(selector["dnsZones"]);
  const names = strings(selector["dnsNames"]);
  const zoneFits = zones.some((zone) => name === zone || name.endsWith(`.${zone}`));
  return (zones.length === 0 || zoneFits) && (names.length === 0 || names.includes(name));
}

function finalize(simulation: Simulation, order: KubernetesObject): void {
  const { uid = "" } = order.metadata;
  if (simulation.after(`${uid}/finalized`, CA_ANSWER_MS)) finish(simulation, order, "valid");
}

function finish(simulation: Simulation, order: KubernetesObject, state: "valid" | "invalid"): void {
  const { store } = simulation;
  const failure = state === "invalid" ? { failureTime: store.timestamp() } : {};
  store.setStatus(order, { ...fields(order["status"]), state, ...failure });
}
