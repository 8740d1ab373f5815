import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { seedController } from "../../src/sandbox/seed.ts";
import type { Simulation } from "../../src/sandbox/simulation.ts";
import { writeState } from "../../src/sandbox/state-file.ts";
import { at, list } from "../../src/sandbox/fields.ts";
import { runInSandbox } from "../support/life.ts";

let cwd: string;
const where = () => ({ statePath: join(cwd, "sandbox.json"), cwd });
const run = (line: string) => runInSandbox(line, where());
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "gateway-tls-auto-"));
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

const init = "init --domain example.com --email ops@example.com --cluster demo --sample-app --yes";

/** What somebody else does in the cluster between two commands. */
async function meanwhile(act: (simulation: Simulation) => void): Promise<void> {
  const { statePath } = where();
  const { simulation } = await createSandbox({ statePath, faults: [] });
  act(simulation);
  simulation.passUntil(simulation.now + 300_000);
  writeState(statePath, simulation.state);
}

async function look(): Promise<Simulation> {
  return (await createSandbox({ ...where(), faults: [] })).simulation;
}

async function runForResult(line: string) {
  const { exitCode, stdout, stderr } = await run(`${line} --output json`);
  const document: { result?: string; writes?: number; changes?: string[] } = JSON.parse(stdout);
  return { exitCode, stderr, ...document };
}

async function expectHealthy(): Promise<void> {
  const { exitCode, stdout } = await run("status --output json");
  expect({ exitCode, verdict: JSON.parse(stdout).verdict }).toEqual({
    exitCode: 0,
    verdict: "healthy",
  });
}

describe("identity auto", () => {
  it("stays IRSA when the Pod Identity agent comes, for init and for add-host", async () => {
    expect((await run(`${init} --sandbox-fault no-pod-identity`)).exitCode).toBe(0);
    expect(await runForResult("init --yes --sandbox-fault none")).toMatchObject({
      exitCode: 0,
      result: "unchanged",
      writes: 0,
    });
    expect((await run("add-host api.example.com --backend shop/api:8080 --yes")).exitCode).toBe(0);
    expect(await readIdentities()).toEqual({ associations: 0, pods: ["AWS_ROLE_ARN"] });
    await expectHealthy();
  });

  it("stays Pod Identity when its agent goes, which comes back with the next init", async () => {
    expect((await run(init)).exitCode).toBe(0);
    await meanwhile(({ state }) => {
      state.aws.addons["demo"] = [];
    });
    expect(await runForResult("init --yes")).toMatchObject({
      exitCode: 0,
      changes: [expect.stringContaining("eks-pod-identity-agent")],
    });
    expect(await readIdentities()).toEqual({
      associations: 1,
      pods: ["AWS_CONTAINER_CREDENTIALS_FULL_URI"],
    });
  });
});

describe("another identity, asked for", () => {
  const variables = { irsa: "AWS_ROLE_ARN", "pod-identity": "AWS_CONTAINER_CREDENTIALS_FULL_URI" };

  it.each([
    ["irsa", "pod-identity"],
    ["pod-identity", "irsa"],
  ] as const)("%s -> %s: ExternalDNS has it at the end of the same run", async (from, to) => {
    expect((await run(`${init} --identity ${from}`)).exitCode).toBe(0);
    const { exitCode, changes = [] } = await runForResult(`init --yes --identity ${to}`);
    expect(exitCode).toBe(0);
    expect(changes.filter((one) => one.includes("Deployment"))).toEqual([
      "patched Deployment external-dns/external-dns",
    ]);
    expect(await readIdentities()).toEqual({
      associations: to === "irsa" ? 0 : 1,
      pods: [variables[to]],
    });
    expect(await runForResult("init --yes")).toMatchObject({ result: "unchanged", writes: 0 });
    await expectHealthy();
  });

  it("is restarted again where EKS learns of it only after the first restart", async () => {
    expect((await run(`${init} --identity irsa`)).exitCode).toBe(0);
    const late = "--sandbox-fault identity-not-injected";
    const { exitCode, changes = [] } = await runForResult(
      `init --yes --identity pod-identity ${late}`,
    );
    expect(exitCode).toBe(0);
    expect(changes.filter((one) => one.includes("Deployment"))).toHaveLength(2);
    expect((await readIdentities()).pods).toEqual([variables["pod-identity"]]);
  });

  it("a pod that was left with the old one is restarted by the next init", async () => {
    expect((await run(`${init} --identity irsa`)).exitCode).toBe(0);
    expect((await run("init --yes --identity pod-identity")).exitCode).toBe(0);
    await meanwhile(({ store }) => {
      const [pod] = store.all("Pod", "external-dns");
      if (pod === undefined) throw new Error("no pod of ExternalDNS");
      const env = [{ name: "AWS_ROLE_ARN", value: "arn:aws:iam::123456789012:role/old" }];
      store.update(pod, (draft) => {
        draft["spec"] = {
          ...Object(draft["spec"]),
          containers: list(at(draft, "spec", "containers")).map((one) => ({ ...one, env })),
        };
      });
    });
    expect(await runForResult("init --yes")).toMatchObject({
      exitCode: 0,
      changes: ["patched Deployment external-dns/external-dns"],
    });
    await expectHealthy();
  });
});

describe("load balancer auto", () => {
  const leave = ({ store }: Simulation) => {
    for (const kind of ["Deployment", "MutatingWebhookConfiguration", "ServiceAccount"]) {
      const found = store.all(kind).filter(({ metadata }) => metadata.name.startsWith("aws-load"));
      for (const object of found) store.remove(object);
    }
  };
  const beginWithout = async (more = "") => {
    await meanwhile(leave);
    expect((await run(`${init}${more}`)).exitCode).toBe(0);
  };

  it.each(["", " --versions 2025 --sandbox-fault old-kubernetes"])(
    "stays in-tree when a controller comes%s",
    async (more) => {
      await beginWithout(more);
      const before = await readService();
      expect(before.loadBalancerClass).toBeUndefined();
      await meanwhile(({ store }) => {
        seedController(store);
      });
      expect(await runForResult("init --yes")).toMatchObject({
        exitCode: 0,
        result: "unchanged",
        writes: 0,
      });
      expect(await readService()).toEqual(before);
      await expectHealthy();
    },
  );

  it("stays the controller's when that goes, and says so", async () => {
    expect((await run(init)).exitCode).toBe(0);
    const before = await readService();
    await meanwhile(leave);
    const { exitCode, stdout } = await run("init --yes");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Nothing had to change.");
    const checked = JSON.parse((await run("check --output json")).stdout);
    expect(JSON.stringify(checked)).toContain("GT-LOAD-BALANCER-CONTROLLER");
    expect(await readService()).toEqual(before);
  });

  it("another one, asked for, is refused before the first write", async () => {
    await beginWithout();
    await meanwhile(({ store }) => {
      seedController(store);
    });
    const before = await readService();
    const { exitCode, stderr } = await run("init --yes --load-balancer lbc");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("GT-LOAD-BALANCER-OTHER");
    expect(stderr).toContain("--load-balancer in-tree");
    expect(await readService()).toEqual(before);
    expect((await run("init --yes --load-balancer in-tree")).exitCode).toBe(0);
  });
});

async function readIdentities() {
  const { state, store } = await look();
  const names = store
    .all("Pod", "external-dns")
    .flatMap((pod) => list(at(pod, "spec", "containers")))
    .flatMap((container) => list(container["env"]).map(({ name }) => name));
  const told = ["AWS_ROLE_ARN", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];
  return {
    associations: state.aws.associations.length,
    pods: names.filter((name) => told.includes(String(name))),
  };
}

async function readService() {
  const { store } = await look();
  const services = store.all("Service").filter((one) => at(one, "spec", "type") === "LoadBalancer");
  const [service] = services;
  return {
    count: services.length,
    annotations: service?.metadata.annotations,
    loadBalancerClass: service && at(service, "spec", "loadBalancerClass"),
    address: service && at(service, "status", "loadBalancer"),
  };
}
