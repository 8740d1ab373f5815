import { createHash } from "node:crypto";
import { UserError } from "../errors.ts";
import { parseSecret } from "../facts/objects.ts";
import { findAddresses, findNameServers, type NameServer } from "../facts/zone-answers.ts";
import { kinds } from "../kinds.ts";
import type { DesiredHost } from "../plan/plan.ts";
import type { ServedCertificate } from "../ports/network.ts";
import { forEachHost } from "./hosts.ts";
import type { StepContext } from "./step.ts";
import { type Look, tryUntil } from "./wait.ts";

const HANDSHAKE_TIMEOUT_MS = 5000;

type ReadContext = Pick<StepContext, "plan" | "world">;

/** Handshakes that fail before a run with --skip-rehearsal believes that it cannot reach the host. */
const TRIES_WHERE_PROBES_ARE_BLOCKED = 5;

/**
 * Waits until each host serves, by a TLS handshake at its real address, exactly the certificate
 * that stands in its Secret; with `mustBeTrusted`, one whose chain this machine trusts. A run with
 * --skip-rehearsal may be where nothing can be probed: then it is said that it was not seen.
 */
export async function verifyHandshakes(
  context: StepContext,
  { mustBeTrusted }: { mustBeTrusted: boolean },
): Promise<ServedCertificate[]> {
  const servers = await findNameServers(context.world, context.plan.environment.zone.id);
  const served = await forEachHost(context, context.plan.hosts, (host, endsAt) => {
    let tries = 0;
    const wait = { what: `Serving the certificate of ${host.host.hostname}`, endsAt };
    return tryUntil(context, wait, async (): Promise<Look<ServedCertificate | undefined>> => {
      const seen = await shakeHands(context, servers, host.host.hostname);
      if (typeof seen !== "string") return lookAtServed(context, host, seen, mustBeTrusted);
      const given = context.options.skipRehearsal && (tries += 1) >= TRIES_WHERE_PROBES_ARE_BLOCKED;
      if (!given) return { waiting: seen };
      context.warn(`What ${host.host.hostname} serves could not be seen from here: ${seen}`);
      return { done: undefined };
    });
  });
  return served.filter((one) => one !== undefined);
}

async function lookAtServed(
  context: StepContext,
  host: DesiredHost,
  served: ServedCertificate,
  mustBeTrusted: boolean,
): Promise<Look<ServedCertificate>> {
  const { hostname } = host.host;
  const expected = await readSecretFingerprint(context, host);
  if (expected === undefined) {
    return { waiting: `the Secret ${host.secretName} holds no certificate` };
  }
  if (served.fingerprint !== expected) {
    return { waiting: `${hostname} still serves another certificate (issuer ${served.issuer})` };
  }
  if (!mustBeTrusted || served.trusted) return { done: served };
  const why = served.untrustedReason ?? "unknown";
  return { waiting: `${hostname}: the served chain is not trusted (${why})` };
}

/** The served certificate, or why none was seen. */
async function shakeHands(
  { world }: ReadContext,
  servers: readonly NameServer[],
  hostname: string,
): Promise<ServedCertificate | string> {
  const [address] = await findAddresses(world.resolver, servers, hostname);
  if (address === undefined) return `${hostname} has no address at its zone's servers`;
  try {
    return await world.probe.handshake({ hostname, address, timeoutMs: HANDSHAKE_TIMEOUT_MS });
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

async function readSecretFingerprint(
  { plan, world }: ReadContext,
  host: DesiredHost,
): Promise<string | undefined> {
  const ref = { name: host.secretName, namespace: plan.config.namespaces.gateway };
  const object = await world.kubernetes.get({ kind: kinds.Secret, ...ref });
  const encoded = object === undefined ? undefined : parseSecret(object).data["tls.crt"];
  return encoded === undefined
    ? undefined
    : findFingerprint(Buffer.from(encoded, "base64").toString());
}

/** SHA-256 of the first certificate of a PEM chain, lower-case hex. */
function findFingerprint(pem: string): string | undefined {
  const body = /-----BEGIN CERTIFICATE-----([\s\S]+?)-----END CERTIFICATE-----/.exec(pem)?.[1];
  if (body === undefined) return undefined;
  return createHash("sha256").update(Buffer.from(body, "base64")).digest("hex");
}

/** What each host serves now, for the end of a run; `undefined` where nothing is served. */
export async function readServed(context: ReadContext): Promise<(ServedCertificate | undefined)[]> {
  const servers = await findNameServers(context.world, context.plan.environment.zone.id);
  return Promise.all(
    context.plan.hosts.map(async ({ host }) => {
      const served = await shakeHands(context, servers, host.hostname);
      return typeof served === "string" ? undefined : served;
    }),
  );
}
