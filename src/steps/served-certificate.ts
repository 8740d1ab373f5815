import { createHash } from "node:crypto";
import { UserError } from "../errors.ts";
import { parseSecret } from "../facts/objects.ts";
import { findNameServers, type NameServer, readZoneAnswers } from "../facts/zone-answers.ts";
import { kinds } from "../kinds.ts";
import type { DesiredHost } from "../plan/plan.ts";
import type { ServedCertificate } from "../ports/network.ts";
import { forEachHost } from "./hosts.ts";
import type { StepContext } from "./step.ts";
import { type Look, tryUntil } from "./wait.ts";

const HANDSHAKE_TIMEOUT_MS = 5000;

type ReadContext = Pick<StepContext, "plan" | "world">;

/**
 * Waits until each host serves, by a TLS handshake at its real address, exactly the certificate
 * that stands in its Secret; with `mustBeTrusted`, one whose chain this machine trusts.
 */
export async function verifyHandshakes(
  context: StepContext,
  { mustBeTrusted }: { mustBeTrusted: boolean },
): Promise<ServedCertificate[]> {
  const servers = await findNameServers(context.world, context.plan.environment.zone.id);
  return forEachHost(context, context.plan.hosts, (host) =>
    tryUntil(context, { what: `Serving the certificate of ${host.host.hostname}` }, async () =>
      lookAtHost(context, servers, host, mustBeTrusted),
    ),
  );
}

async function lookAtHost(
  context: StepContext,
  servers: readonly NameServer[],
  host: DesiredHost,
  mustBeTrusted: boolean,
): Promise<Look<ServedCertificate>> {
  const { hostname } = host.host;
  const [expected, served] = await Promise.all([
    readSecretFingerprint(context, host),
    shakeHands(context, servers, hostname),
  ]);
  if (typeof served === "string") return { waiting: served };
  if (expected === undefined)
    return { waiting: `the Secret ${host.secretName} holds no certificate` };
  if (served.fingerprint !== expected) {
    return { waiting: `${hostname} still serves another certificate (issuer ${served.issuer})` };
  }
  if (mustBeTrusted && !served.trusted) {
    return {
      waiting: `${hostname}: the served chain is not trusted (${served.untrustedReason ?? "unknown"})`,
    };
  }
  return { done: served };
}

/** The served certificate, or why none was seen. */
async function shakeHands(
  { world }: ReadContext,
  servers: readonly NameServer[],
  hostname: string,
): Promise<ServedCertificate | string> {
  const { addresses } = await readZoneAnswers(world.resolver, servers, hostname);
  const [address] = addresses;
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
export function findFingerprint(pem: string): string | undefined {
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
