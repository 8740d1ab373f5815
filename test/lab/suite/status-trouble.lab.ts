import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { readState } from "../../checks/state-file.ts";
import { readRequests } from "../states/audit.ts";
import { buildManyHosts } from "../states/many-hosts.ts";
import { LOGS, readersOf } from "../states/readers.ts";
import { runStatus, type StatusRun } from "../states/run-status.ts";
import { Stage } from "../states/stage.ts";
import { until } from "./until.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open(inject("built"));
});
afterAll(() => stage?.close());

const healthy = readState("healthy");

/** No run ends in a stack trace, whatever it met. */
function summarize({ exitCode, document, stdout, stderr }: StatusRun) {
  expect(`${stdout}${stderr}`).not.toMatch(/^\s+at \S+ \(|TypeError|undefined/m);
  if (document === undefined) throw new Error(`no status (exit ${exitCode}):\n${stdout}${stderr}`);
  const [first] = document.findings;
  const chain = document.hosts[0]?.chain ?? [];
  const id = chain.find(({ link }) => link === first?.link)?.id;
  const { verdict, findings } = document;
  const seen = chain.filter(({ state }) => state === "ok").map(({ id }) => id);
  return { exitCode, verdict, id, code: first?.code, reason: first?.reason, findings, seen };
}

describe("a caller who may not read one kind", () => {
  test.each([
    ["gateways", "gateway"],
    ["gatewayclasses", "gateway-class"],
    ["httproutes", "route"],
    ["clusterissuers", "issuer"],
    ["certificates", "certificate-requested"],
    ["challenges", "challenge"],
    ["orders", "order"],
    ["certificaterequests", "request"],
    ["secrets", "secret"],
    ["customresourcedefinitions", "crds"],
    ["endpointslices", "backend"],
    ["deployments", "gateway-controller"],
  ])("%s", async (plural, link) => {
    const kubeconfig = await stage.admit(`without-${plural}`, readersOf(plural));
    const ran = summarize(await stage.look(healthy, { kubeconfig }));
    expect(ran, JSON.stringify(ran)).toMatchObject({ exitCode: 1, verdict: "unknown", id: link });
    expect(ran.code).toBe("GT-CLUSTER-FORBIDDEN");
    expect(ran.reason).toContain(`list ${plural}`);
    // Nothing is red for it, and what does not come after it is there.
    expect(ran.findings.filter(({ state }) => state === "failed")).toEqual([]);
    expect(ran.seen.length).toBeGreaterThan(5);
  });

  test.each([["events"], ["pods"], [LOGS], ["services"], ["serviceaccounts"]])(
    "%s: nothing is told as broken",
    async (resource) => {
      const name = `without-${resource.replace("/", "-")}`;
      const kubeconfig = await stage.admit(name, readersOf(resource));
      const ran = summarize(await stage.look(healthy, { kubeconfig }));
      expect(["healthy", "unknown"], JSON.stringify(ran)).toContain(ran.verdict);
    },
  );

  test("who may read nothing is told which right is missing", async () => {
    const kubeconfig = await stage.admit("stranger", []);
    const { exitCode, stdout } = await stage.look(healthy, { kubeconfig });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: "GT-CLUSTER-FORBIDDEN", message: expect.stringContaining("configmaps") },
    });
  });
});

test("1,000 hosts over several Gateways, in a few calls of AWS", async () => {
  const { state, gateways } = buildManyHosts(1000);
  await stage.show(state, async (outside) => {
    const args = gateways.map((gateway) => `--gateway=${gateway}`);
    const ran = await runStatus(stage.server, outside, ["--output=json", ...args]);
    expect(summarize(ran)).toMatchObject({ exitCode: 0, verdict: "healthy", findings: [] });
    expect(ran.document?.hosts.length).toBe(1000);
    expect(outside.aws.calls.length).toBeLessThanOrEqual(8);
  });
});

describe("--watch", () => {
  /** Logs cannot be watched. */
  const LOG_READS = ["list pods", "get pods"];
  const CONTROLLER = "/apis/apps/v1/namespaces/nginx-gateway/deployments/nginx-gateway-fabric";
  const READY = { readyReplicas: 1, availableReplicas: 1, unavailableReplicas: null };

  test("lists once, asks no more while nothing happens, and ends soon after the last change", async () => {
    const kubeconfig = await stage.admit("watcher", readersOf());
    const requests = () => readRequests(stage.server.auditLog, "watcher");
    await stage.show(readState("controller-starting"), async (outside) => {
      let said = "";
      const onOutput = (text: string) => (said += text);
      const running = runStatus(stage.server, outside, ["--watch", "--timeout=120"], {
        kubeconfig,
        onOutput,
      });
      await until("the first look is shown", async () => said !== "" || undefined);
      const before = requests().length;
      // DNS is asked after each pause; only there does anything happen.
      for (const pause of ["first", "second"]) {
        const asked = outside.questions();
        await until(
          `the ${pause} pause is over`,
          async () => outside.questions() > asked || undefined,
        );
      }
      const idle = requests().slice(before);
      expect(idle.filter((one) => !LOG_READS.includes(one))).toEqual([]);
      const changedAt = Date.now();
      await stage.server.client.patch(`${CONTROLLER}/status`, { status: READY });
      const { exitCode, stdout, stderr } = await running;
      expect(exitCode, `${stdout}${stderr}`).toBe(0);
      expect(Date.now() - changedAt).toBeLessThan(15_000);
    });
  });
});
