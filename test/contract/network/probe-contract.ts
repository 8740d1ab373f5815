import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../../../src/errors.ts";
import type { Probe } from "../../../src/ports/network.ts";

export interface ProbeWorld {
  probe: Probe;
  /** Where `hostname` is served, over http and https. */
  address: string;
  /** An address where nothing is served. */
  deadAddress: string;
  hostname: string;
  /** Answers 200 over https, with this text in its body. */
  page: { path: string; body: string };
  /** Answers 301, 302, 307 or 308 over http, to this location. */
  redirect: { path: string; location: string };
  /** Answers 404 over http. */
  missingPath: string;
  /** A name whose certificate is not served at `address`. */
  otherHostname: string;
  close(): Promise<void>;
}

/** What every Probe does, the real one and the sandbox's. */
export function describeProbe(title: string, make: () => Promise<ProbeWorld>): void {
  describe(`Probe: ${title}`, () => {
    let world: ProbeWorld;
    beforeAll(async () => {
      world = await make();
    });
    afterAll(() => world.close());

    const get = (protocol: "http" | "https", path: string, address = world.address) =>
      world.probe.get({ protocol, path, address, hostname: world.hostname, timeoutMs: 5000 });
    const shake = (hostname: string, address = world.address) =>
      world.probe.handshake({ hostname, address, timeoutMs: 5000 });

    test("gets a page over https", async () => {
      const answer = await get("https", world.page.path);
      expect(answer.status).toBe(200);
      expect(answer.body).toContain(world.page.body);
    });

    test("shows a redirect and does not follow it", async () => {
      const answer = await get("http", world.redirect.path);
      expect([301, 302, 307, 308]).toContain(answer.status);
      expect(answer.headers["location"]).toBe(world.redirect.location);
    });

    test("an error status is an answer", async () => {
      expect((await get("http", world.missingPath)).status).toBe(404);
    });

    test("shows the certificate that is served for the name", async () => {
      const certificate = await shake(world.hostname);
      expect(certificate.names).toContain(world.hostname);
      expect(certificate.issuer).not.toBe("");
      expect(certificate.fingerprint).toMatch(/^[0-9a-f]{64}$/);
      expect(certificate).toMatchObject({ trusted: true, untrustedReason: undefined });
      for (const date of [certificate.notBefore, certificate.notAfter]) {
        expect(new Date(date).toISOString()).toBe(date);
      }
      expect(certificate.notBefore < certificate.notAfter).toBe(true);
    });

    test("a certificate for another name is not trusted, or the handshake fails", async () => {
      const outcome = await shake(world.otherHostname).then(
        ({ trusted }) => (trusted ? "trusted" : "refused"),
        (error: unknown) =>
          error instanceof UserError && error.code === "GT-PROBE-FAILED" ? "refused" : error,
      );
      expect(outcome).toBe("refused");
    });

    test.each(["http", "https"] as const)(
      "nothing there is GT-PROBE-FAILED (%s)",
      async (scheme) => {
        await expect(get(scheme, "/", world.deadAddress)).rejects.toMatchObject({
          name: "UserError",
          code: "GT-PROBE-FAILED",
        });
      },
    );

    test("no handshake is GT-PROBE-FAILED", async () => {
      await expect(shake(world.hostname, world.deadAddress)).rejects.toMatchObject({
        name: "UserError",
        code: "GT-PROBE-FAILED",
      });
    });
  });
}
