import type { KubernetesObject } from "../../../ports/kubernetes.ts";
import { isTrue, setConditions } from "../../conditions.ts";
import { at, isFields, text } from "../../fields.ts";
import type { Simulation } from "../../simulation.ts";

const REGISTRATION_MS = 1_500;

/** Registers an ACME account for each ClusterIssuer. */
export function issuers(simulation: Simulation, namespace: string): void {
  for (const issuer of simulation.store.all("ClusterIssuer")) {
    if (!isFields(at(issuer, "spec", "acme"))) continue;
    const server = text(at(issuer, "spec", "acme", "server"));
    const registered = isTrue(issuer, "Ready") && accountOf(issuer) === server;
    if (registered) keepConditions(simulation, issuer);
    else register(simulation, issuer, { server, namespace });
  }
}

function accountOf(issuer: KubernetesObject): string {
  return text(at(issuer, "status", "acme", "server"));
}

function register(
  simulation: Simulation,
  issuer: KubernetesObject,
  { server, namespace }: { server: string; namespace: string },
): void {
  const { uid = "", generation = 1 } = issuer.metadata;
  if (!simulation.after(`${uid}/registration/${generation}`, REGISTRATION_MS)) return;
  const { store } = simulation;
  const name = text(at(issuer, "spec", "acme", "privateKeySecretRef", "name"));
  if (name !== "" && store.findKind("Secret", name, namespace) === undefined) {
    const key = Buffer.from("the sandbox's ACME account has no key").toString("base64");
    store.create({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace },
      type: "Opaque",
      data: { "tls.key": key },
    });
  }
  const email = text(at(issuer, "spec", "acme", "email"));
  const uri = `${server.replace(/\/directory$/, "")}/acme/acct/${simulation.nextNumber()}`;
  const acme = { uri, lastRegisteredEmail: email, server };
  setConditions(simulation, issuer, [ready()], { acme });
}

function keepConditions(simulation: Simulation, issuer: KubernetesObject): void {
  setConditions(simulation, issuer, [ready()]);
}

function ready() {
  return {
    type: "Ready",
    status: "True",
    reason: "ACMEAccountRegistered",
    message: "The ACME account was registered with the ACME server",
  } as const;
}
