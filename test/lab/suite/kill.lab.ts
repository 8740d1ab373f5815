import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { at, text } from "../../../src/sandbox/fields.ts";
import type { Lab } from "../lab.ts";
import { runGatewayTls, INIT, runInit } from "./gateway-tls.ts";
import { writeEnvironment } from "../environment.ts";
import { addressOf, startWorld } from "./world.ts";
import { run } from "../build/run.ts";

/** What init says when it is killed: across its steps, most of them in the middle of a write. */
const POINTS = [
  "creating the IAM policy",
  "creating the IAM role",
  "applying 10 objects",
  "associating the role",
  "installing cert-manager",
  "installing nginx-gateway-fabric",
  "installing external-dns",
  "no load balancer address yet",
  "[rehearsal] Challenge rehearsal",
  "order pending",
  "[redirect] HTTPS routes",
];

const DELAYS = { iamMs: 1500, recordMs: 500, loadBalancerMs: 500 };
const ARGS = ["--sample-app", "--issuer=staging", "--identity=pod-identity"];

describe.concurrent("after kill -9", () => {
  test.each(POINTS.map((point, index) => ({ point, index })))(
    'at "$point" a second run ends at HTTPS, with nothing left behind',
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
        await outliveLease(lab);
        const { document, stderr } = await runInit(lab, ARGS);
        expect(document.error, stderr).toBeNull();
        expect(document.result).toBe("done");
        expect(await findLeftovers(lab)).toEqual([]);
      } finally {
        await lab.stop();
      }
    },
  );
});

/** Half a minute passes: the killed run's Lease has run out. */
async function outliveLease({ controlPlane: { client } }: Lab): Promise<void> {
  const path = "/apis/coordination.k8s.io/v1/namespaces/gateway-tls/leases/gateway-tls";
  if ((await client.get(path)) === undefined) return;
  const renewTime = new Date(Date.now() - 60_000).toISOString().replace("Z", "000Z");
  await client.patch(path, { spec: { renewTime } });
}

async function findLeftovers(lab: Lab): Promise<string[]> {
  const { client } = lab.controlPlane;
  const routes = await client.list(
    "/apis/gateway.networking.k8s.io/v1/httproutes?labelSelector=gateway-tls%2Frehearsal",
  );
  const helm = writeEnvironment(lab).env["PATH"]?.split(":")[0] ?? "";
  const releases: { name: string; status: string }[] = JSON.parse(
    await run(`${helm}/helm`, [
      "list",
      "--all-namespaces",
      "--output=json",
      `--kubeconfig=${lab.controlPlane.kubeconfig}`,
    ]),
  );
  const certificates = await client.list("/apis/acme.cert-manager.io/v1/challenges");
  return [
    ...routes.map(({ metadata }) => `route ${metadata.name}`),
    ...releases.filter(({ status }) => status !== "deployed").map(({ name }) => `release ${name}`),
    ...certificates.map((one) => `challenge ${text(at(one, "spec", "dnsName"))}`),
    ...findChildren(lab),
  ];
}

/** Programs of the lab's folder of binaries that a run of gateway-tls had started for this lab. */
function findChildren(lab: Lab): string[] {
  const all = execFileSync("ps", ["-eo", "args="]).toString().split("\n");
  return all.filter((line) => line.includes("kubectl") && line.includes(lab.folder));
}
