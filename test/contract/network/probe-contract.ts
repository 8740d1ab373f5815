import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Probe } from "../../../src/ports/network.ts";

export interface ProbeWorld {
  probe: Probe;
  /** Where everything is served, over http and https. */
  address: string;
  /** An address that refuses connections. */
  refusingAddress: string;
  /** An address that answers nothing at all. */
  silentAddress: string;
  hostnames: ProbeHostnames;
  /** Answers 200 over https, for every name that is served, with this text in its body. */
  page: { path: string; body: string };
  /** Answers 301, 302, 307 or 308 over http, to this location. */
  redirect: { path: string; location: string };
  /** Answers 404 over http. */
  missingPath: string;
  close(): Promise<void>;
}

/** Names by what is served for them, each with the CA's intermediate certificate behind it. */
export interface ProbeHostnames {
  /** A certificate for this name, of a root that is trusted. */
  trusted: string;
  /** One of a root that nobody trusts, as a staging CA's is. */
  staging: string;
  /** One that has expired. */
  expired: string;
  /** One for another name. */
  mistaken: string;
  /** One for another name, of a root that nobody trusts. */
  mistakenStaging: string;
  /** None: no listener has this name. */
  unserved: string;
}

type Shaken = Exclude<keyof ProbeHostnames, "trusted" | "unserved">;

/** What every Probe does, the real one and the sandbox's. */
export function describeProbe(title: string, make: () => Promise<ProbeWorld>): void {
  describe(`Probe: ${title}`, () => {
    let world: ProbeWorld;
    beforeAll(async () => {
      world = await make();
    });
    afterAll(() => world.close());
    describeAnswers(() => world);
    describeCertificates(() => world);
    describeFailures(() => world);
  });
}

const getWith = (world: ProbeWorld) => (protocol: "http" | "https", path: string) =>
  world.probe.get({
    protocol,
    path,
    address: world.address,
    hostname: world.hostnames.trusted,
    timeoutMs: 5000,
  });

function describeAnswers(world: () => ProbeWorld): void {
  test("gets a page over https", async () => {
    const { page } = world();
    const answer = await getWith(world())("https", page.path);
    expect(answer.status).toBe(200);
    expect(answer.body).toContain(page.body);
  });

  test("gets a page over https whatever the certificate is worth", async () => {
    const { probe, address, page, hostnames } = world();
    const target = { protocol: "https", address, path: page.path, timeoutMs: 5000 } as const;
    for (const hostname of [hostnames.staging, hostnames.expired]) {
      expect(await probe.get({ ...target, hostname })).toMatchObject({ status: 200 });
    }
  });

  test("shows a redirect and does not follow it", async () => {
    const { redirect } = world();
    const answer = await getWith(world())("http", redirect.path);
    expect([301, 302, 307, 308]).toContain(answer.status);
    expect(answer.headers["location"]).toBe(redirect.location);
  });

  test("an error status is an answer", async () => {
    expect((await getWith(world())("http", world().missingPath)).status).toBe(404);
  });
}

function describeCertificates(world: () => ProbeWorld): void {
  const shake = (hostname: string) =>
    world().probe.handshake({ hostname, address: world().address, timeoutMs: 5000 });

  test("shows the certificate that is served for the name", async () => {
    const hostname = world().hostnames.trusted;
    const certificate = await shake(hostname);
    expect(certificate.names).toContain(hostname);
    expect(certificate.issuer).not.toBe("");
    expect(certificate.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(certificate).toMatchObject({ trusted: true, untrustedReason: undefined });
    for (const date of [certificate.notBefore, certificate.notAfter]) {
      expect(new Date(date).toISOString()).toBe(date);
    }
    expect(certificate.notBefore < certificate.notAfter).toBe(true);
  });

  test.each<[Shaken, string, string]>([
    ["staging", "of a root that nobody trusts", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"],
    ["expired", "that has expired", "CERT_HAS_EXPIRED"],
    ["mistaken", "for another name", "ERR_TLS_CERT_ALTNAME_INVALID"],
    // The chain is judged before the name.
    [
      "mistakenStaging",
      "for another name, of a root that nobody trusts",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    ],
  ])("shows a certificate %j, %s, and why it is not trusted", async (kind, _what, reason) => {
    const hostname = world().hostnames[kind];
    const certificate = await shake(hostname);
    expect(certificate).toMatchObject({ trusted: false, untrustedReason: reason });
    expect(certificate.names.includes(hostname)).toBe(!kind.startsWith("mistaken"));
  });
}

function describeFailures(world: () => ProbeWorld): void {
  const attempt = (protocol: "http" | "https" | "tls", hostname: string, address: string) => {
    const target = { hostname, address, timeoutMs: 500 };
    return protocol === "tls"
      ? world().probe.handshake(target)
      : world().probe.get({ ...target, protocol, path: "/" });
  };
  const whatOf = (protocol: "http" | "https" | "tls", hostname: string, address: string) =>
    protocol === "tls"
      ? `TLS handshake with ${address} for ${hostname}`
      : `GET ${protocol}://${hostname}/ at ${address}`;

  describe.each(["http", "https", "tls"] as const)("no answer over %s", (protocol) => {
    test.each([
      ["refusingAddress", "the connection was refused"],
      ["silentAddress", "no answer within 0.5 s"],
    ] as const)("of the %s is told, and that it may pass: %s", async (kind, why) => {
      const address = world()[kind];
      const { trusted } = world().hostnames;
      await expect(attempt(protocol, trusted, address)).rejects.toMatchObject({
        name: "UserError",
        code: "GT-PROBE-FAILED",
        message: `${whatOf(protocol, trusted, address)} failed: ${why}.`,
        retry: { limitMs: 120_000, intervalMs: 5000, reason: "waiting for the load balancer" },
      });
    });
  });

  test.each(["https", "tls"] as const)(
    "a name that nobody serves is refused over %s",
    async (protocol) => {
      const { address, hostnames } = world();
      await expect(attempt(protocol, hostnames.unserved, address)).rejects.toMatchObject({
        name: "UserError",
        code: "GT-PROBE-FAILED",
        message: `${whatOf(protocol, hostnames.unserved, address)} failed: it serves no certificate for this name.`,
      });
    },
  );
}
