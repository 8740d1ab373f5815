import { describe, expect, test } from "vitest";
import { runGatewayTls, INIT, runInit, runVerb } from "./gateway-tls.ts";
import type { Lab } from "../lab.ts";
import { writeEnvironment } from "../environment.ts";
import { findLeftovers, findOrphans, outliveLease } from "./killed.ts";
import { until } from "./until.ts";
import { visit } from "./visit.ts";
import { addressOf, startWorld } from "./world.ts";

/** What init says when it is killed: across its steps, most of them in the middle of a write. */
const POINTS = [
  "creating the IAM policy",
  "creating the IAM role",
  "applying 10 objects",
  "associating the role",
  "installing cert-manager",
  "installing nginx-gateway-fabric",
  "installing external-dns",
  "[load-balancer] Load balancer",
  "[rehearsal] Challenge rehearsal",
  "order pending",
  "[redirect] HTTPS routes",
];

const DELAYS = { iamMs: 1500, recordMs: 500, loadBalancerMs: 500 };
const HOST = "www.lab.example";
const ARGS = ["--sample-app", "--issuer=staging", "--identity=pod-identity"];

describe.concurrent("after kill -9", () => {
  test.each(POINTS.map((point, index) => ({ point, index })))(
    "at $point a second run ends at HTTPS, with nothing left behind",
    async ({ point, index }) => {
      const lab = await startWorld({ address: addressOf(index), delays: DELAYS });
      try {
        const { options } = writeEnvironment(lab);
        const killed = await runGatewayTls(lab, [...INIT, ...options, ...ARGS], {
          onLine: (line, child) => {
            if (line.includes(point)) child.kill("SIGKILL");
          },
        });
        expect(killed.signal, killed.stderr).toBe("SIGKILL");
        expect(findOrphans(lab)).not.toEqual([]);
        await outliveLease(lab);
        const { document, stderr } = await runInit(lab, ARGS);
        expect(document.error, stderr).toBeNull();
        expect(document.result).toBe("done");
        const root = lab.acme.staging.root;
        const served = await visit(lab, `https://${HOST}/`, lab.address, root);
        expect(served).toMatchObject({ status: 200, certificate: { names: `DNS:${HOST}` } });
        const redirected = await visit(lab, `http://${HOST}/menu`);
        expect(redirected).toMatchObject({ status: 301, location: `https://${HOST}/menu` });
        expect(await findLeftovers(lab)).toEqual([]);
      } finally {
        await lab.stop();
      }
    },
  );

  test("uninstall takes the CRDs that helm had made, and that nobody could mark", async () => {
    const lab = await startWorld({ address: addressOf(POINTS.length), delays: DELAYS });
    try {
      const { options } = writeEnvironment(lab);
      const before = await listCrds(lab);
      const killed = await runGatewayTls(lab, [...INIT, ...options, ...ARGS], {
        onLine: (line, child) => {
          if (!line.includes("installing nginx-gateway-fabric")) return;
          void until("helm has made a CRD", async () => {
            const names = await listCrds(lab);
            return names.some((name) => name.endsWith(".gateway.nginx.org")) || undefined;
          }).finally(() => child.kill("SIGKILL"));
        },
      });
      expect(killed.signal, killed.stderr).toBe("SIGKILL");
      expect(await listCrds(lab)).not.toEqual(before);
      await outliveLease(lab);
      const { document, stderr } = await runVerb(lab, ["uninstall", "--delete-crds"]);
      expect(document.error, stderr).toBeNull();
      expect(await listCrds(lab)).toEqual(before);
    } finally {
      await lab.stop();
    }
  });
});

async function listCrds({ controlPlane: { client } }: Lab): Promise<string[]> {
  const found = await client.list("/apis/apiextensions.k8s.io/v1/customresourcedefinitions");
  return found.map(({ metadata }) => metadata.name);
}
