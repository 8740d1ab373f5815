import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { run } from "../build/run.ts";
import { writeEnvironment } from "../environment.ts";
import type { Lab } from "../lab.ts";
import { pause } from "../process.ts";
import { placesOf } from "./gateway-tls.ts";

/** An hour passes: the killed run's Lease has run out, whosever clock is right. */
export async function outliveLease({ controlPlane: { client } }: Lab): Promise<void> {
  const path = "/apis/coordination.k8s.io/v1/namespaces/gateway-tls/leases/gateway-tls";
  if ((await client.get(path)) === undefined) return;
  const renewTime = new Date(Date.now() - 3_600_000).toISOString().replace("Z", "000Z");
  await client.patch(path, { spec: { renewTime } });
}

/** What no run that ended well leaves: rehearsals, half releases, challenges, children. */
export async function findLeftovers(lab: Lab): Promise<string[]> {
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
  const solving = await findSolving(lab);
  return [
    ...routes.map(({ metadata }) => `route ${metadata.name}`),
    ...releases.filter(({ status }) => status !== "deployed").map(({ name }) => `release ${name}`),
    ...solving,
    ...findOrphans(lab),
  ];
}

/** Challenges, and what cert-manager makes to answer them (pkg/issuer/acme/http, podLabels). */
const SOLVING = [
  "/apis/acme.cert-manager.io/v1/challenges",
  ...["/apis/gateway.networking.k8s.io/v1/httproutes", "/api/v1/services", "/api/v1/pods"].map(
    (path) => `${path}?labelSelector=acme.cert-manager.io%2Fhttp01-solver%3Dtrue`,
  ),
];

/** In seconds. The garbage collector learns of new CRDs every 30 s (kube-controller-manager, app/core.go). */
const COLLECTED_LOOKS = 90;

/** Those that stay: cert-manager takes away what answered an order only once the order is done. */
async function findSolving({ controlPlane: { client } }: Lab): Promise<string[]> {
  for (let look = 0; ; look += 1) {
    const objects = (await Promise.all(SOLVING.map((path) => client.list(path)))).flat();
    if (objects.length === 0 || look === COLLECTED_LOOKS) {
      return objects.map(({ metadata }) => `solving: ${metadata.name}`);
    }
    await pause(1000);
  }
}

/** What a run had started or laid down for itself: kubectl, helm, folders with its token. */
export function findOrphans(lab: Lab): string[] {
  const { temporary } = placesOf(lab);
  const all = execFileSync("ps", ["-eo", "args="]).toString().split("\n");
  return [
    ...all.filter((line) => line.includes(`${temporary}/`)),
    ...readdirSync(temporary).map((name) => `folder ${name}`),
  ];
}
