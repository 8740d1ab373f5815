import { CERTIFICATE_NAME, ISSUER_NAME } from "../../checks/issuance.ts";
import { readCertManagers } from "../../facts/cert-manager.ts";
import { valueOf } from "../../facts/fact.ts";
import { kinds } from "../../kinds.ts";
import { refOf } from "../objects.ts";
import type { StepContext, Step } from "../step.ts";
import { deleteDoomed, describeDoomed, type Doomed, findOwn } from "./removal.ts";
import { findForeignCertificates, findIssuerUser } from "./shared-parts.ts";

const id = "issuers";

/**
 * Our ClusterIssuers, the keys of their ACME accounts, and what they issued for our Gateway. An
 * issuer that a Certificate of others names stays, with its account. With hosts that leave, only
 * the Secrets of their certificates go.
 */
export const issuerRemoval: Step = {
  id,
  title: "Issuers and Secrets",
  after: ["cert-manager", "certificate"],
  async inspect(context) {
    return describeDoomed(id, await findDoomed(context));
  },
  async apply(context) {
    await deleteDoomed(context, await findDoomed(context));
  },
};

async function findDoomed(context: StepContext): Promise<Doomed[]> {
  const { staging, production } = context.plan.names.issuers;
  const isWhole = context.plan.leaving === undefined;
  const [issuers, secrets] = await Promise.all([
    Promise.all(isWhole ? [staging, production].map((name) => findIssuer(context, name)) : []),
    findCertificateSecrets(context),
  ]);
  return [...issuers.flat(), ...secrets];
}

/** The issuer and its account's key; the key of one that is not ours is not ours either. */
async function findIssuer(context: StepContext, name: string): Promise<Doomed[]> {
  const ref = { kind: kinds.ClusterIssuer, name };
  const [any, own, reason] = await Promise.all([
    context.world.kubernetes.get(ref),
    findOwn(context, ref),
    findIssuerUser(context, name),
  ]);
  if (any !== undefined && own === undefined) return [];
  const accounts = await findAccounts(context, `${name}-account`);
  const issuer = own === undefined ? [] : [{ object: own, reason }];
  return [...issuer, ...accounts.map((object) => ({ object, reason }))];
}

/** In the cluster resource namespace: beside whichever cert-manager serves the issuer. */
async function findAccounts({ plan, world }: StepContext, name: string) {
  const running = valueOf(await readCertManagers(world.kubernetes)) ?? [];
  const namespaces = new Set([
    plan.config.namespaces.certManager,
    ...running.map(({ namespace }) => namespace),
  ]);
  const found = await Promise.all(
    [...namespaces].map((namespace) =>
      world.kubernetes.get({ kind: kinds.Secret, namespace, name }),
    ),
  );
  return found.flatMap((object) => object ?? []);
}

/** Secrets in the Gateway's namespace that our issuers filled and no Certificate of others names. */
async function findCertificateSecrets(context: StepContext): Promise<Doomed[]> {
  const { plan, world } = context;
  const { gateway: namespace } = plan.config.namespaces;
  const [secrets, foreign] = await Promise.all([
    world.kubernetes.list(kinds.Secret, { namespace }),
    findForeignCertificates(context),
  ]);
  const theirs = new Set(
    foreign.map((object) => refOf(object)).map((ref) => `${ref.namespace}/${ref.name}`),
  );
  const issuers: (string | undefined)[] = Object.values(plan.names.issuers);
  const leaving = plan.leaving?.map(({ secretName }) => secretName);
  return secrets
    .filter(({ metadata: { name, annotations = {} } }) => {
      if (!issuers.includes(annotations[ISSUER_NAME])) return false;
      if (theirs.has(`${namespace}/${annotations[CERTIFICATE_NAME]}`)) return false;
      return leaving === undefined || leaving.includes(name);
    })
    .map((object) => ({ object }));
}
