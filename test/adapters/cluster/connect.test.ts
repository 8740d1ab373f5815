import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { childrenDirectory } from "../../../src/adapters/cluster/children.ts";
import { refuseWindows } from "../../../src/adapters/cluster/connect.ts";
import { identifyProcess } from "../../../src/adapters/cluster/process-identity.ts";
import { kinds } from "../../../src/kinds.ts";
import {
  createFakeScene,
  FAKE_TOKEN,
  type FakeScene,
} from "../../support/fake-cluster/fake-connection.ts";

let scene: FakeScene;

beforeEach(async () => {
  scene = await createFakeScene();
});
afterEach(async () => {
  await scene.close();
});

const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "web" } };
const flag = (argv: string[], name: string) =>
  argv.find((one) => one.startsWith(`--${name}=`))?.slice(name.length + 3);
const proxyOf = () => scene.calls().find(({ argv }) => argv[0] === "proxy")?.argv ?? [];

describe("our own kubeconfig", () => {
  it("is private, names endpoint, CA and the token's file, and is gone after close", async () => {
    const connection = await scene.connect();
    const kubeconfig = flag(proxyOf(), "kubeconfig") ?? "";
    const directory = dirname(kubeconfig);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(directory).filter((one) => one !== "s1")) {
      expect([name, statSync(join(directory, name)).mode & 0o777]).toEqual([name, 0o600]);
    }
    const text = readFileSync(kubeconfig, "utf8");
    expect(JSON.parse(text)).toMatchObject({
      clusters: [{ cluster: { server: scene.server, "certificate-authority-data": "Y2E=" } }],
      users: [{ user: { tokenFile: join(directory, "token") } }],
    });
    expect(text).not.toContain(FAKE_TOKEN);
    await connection.close();
    await connection.close();
    expect(existsSync(directory)).toBe(false);
    expect(readdirSync(childrenDirectory(scene.env))).toEqual([]);
  });

  it("keeps the token out of every argument", async () => {
    const { kubernetes, charts } = await scene.connect();
    await kubernetes.apply([namespace]);
    const chart = scene.writeChart("demo", "1.0.0");
    const request = {
      name: "a",
      namespace: "web",
      chart,
      values: {},
      labels: {},
      timeLimitMs: 1000,
    };
    await charts.apply(request, { signal: new AbortController().signal });
    expect(scene.calls().map(({ program }) => program)).toEqual(["kubectl", "helm"]);
    expect(JSON.stringify(scene.calls())).not.toContain(FAKE_TOKEN);
  });

  it("ends its one proxy on close", async () => {
    const connection = await scene.connect();
    await Promise.all([connection.kubernetes.list(kinds.Secret), connection.kubernetes.version()]);
    const [file = ""] = readdirSync(childrenDirectory(scene.env));
    const record = readFileSync(join(childrenDirectory(scene.env), file), "utf8");
    const pid = Number(/"children":\[\{"pid":(\d+)/.exec(record)?.[1]);
    expect(identifyProcess(pid)).toBeDefined();
    await connection.close();
    expect(identifyProcess(pid)).toBeUndefined();
    expect(scene.calls()).toHaveLength(1);
  });

  it("needs a cluster that has an endpoint", async () => {
    const { certificateAuthority: _, ...rest } = scene.eks;
    const creating = { ...rest, certificateAuthority: undefined, status: "CREATING" };
    await expect(scene.connect({ cluster: creating })).rejects.toMatchObject({
      code: "GT-CLUSTER-NO-ENDPOINT",
    });
    await expect(scene.connect({ cluster: undefined })).rejects.toMatchObject({
      code: "GT-CLUSTER-NOT-CHOSEN",
    });
  });
});

describe("the user's own kubeconfig", () => {
  it("is used when it leads to the cluster, by the context's name from then on", async () => {
    const kubeconfig = scene.writeKubeconfig("mine");
    const { kubernetes } = await scene.connect({ access: { kubeconfig } });
    await kubernetes.apply([namespace]);
    expect(await kubernetes.list(kinds.Namespace)).toHaveLength(1);
    for (const { argv } of scene.calls().slice(1)) {
      expect(argv).toEqual(
        expect.arrayContaining([`--kubeconfig=${kubeconfig}`, "--context=mine"]),
      );
    }
  });

  it("is the one that KUBECONFIG names when only a context is given", async () => {
    const kubeconfig = scene.writeKubeconfig("mine");
    const env = { ...scene.env, KUBECONFIG: kubeconfig };
    const { kubernetes } = await scene.connect({ env, access: { context: "mine" } });
    expect(await kubernetes.version()).toBe("v1.34.2-fake");
  });

  it("is refused when it leads to another cluster, naming both", async () => {
    const kubeconfig = scene.writeKubeconfig("mine");
    const cluster = { ...scene.eks, endpoint: "https://other.example.org" };
    await expect(scene.connect({ cluster, access: { kubeconfig } })).rejects.toMatchObject({
      code: "GT-CLUSTER-MISMATCH",
      message: expect.stringMatching(
        new RegExp(`${scene.server}.*https://other\\.example\\.org`),
      ) as unknown,
    });
  });

  it("is refused when it has no such context", async () => {
    const kubeconfig = scene.writeKubeconfig("mine");
    const access = { kubeconfig, context: "yours" };
    await expect(scene.connect({ access })).rejects.toMatchObject({
      code: "GT-CONTEXT-NOT-FOUND",
      message: "The kubeconfig has no context yours.",
    });
  });
});

describe("what cannot work", () => {
  it("is told before anything else: no kubectl", async () => {
    const env = { ...scene.env, PATH: scene.directory };
    await expect(scene.connect({ env })).rejects.toMatchObject({ code: "GT-KUBECTL-MISSING" });
    expect(readdirSync(childrenDirectory(env))).toEqual([]);
  });

  it("is native Windows", () => {
    expect(() => {
      refuseWindows("win32");
    }).toThrow(/WSL/);
    expect(() => {
      refuseWindows("darwin");
    }).not.toThrow();
  });

  it("is an API server that is gone: the first read says so, and may be tried again", async () => {
    const { kubernetes } = await scene.connect();
    await scene.cluster.close();
    const failure = {
      code: "GT-CLUSTER-UNREACHABLE",
      message: expect.stringContaining("connection refused") as unknown,
      retry: { limitMs: 60_000 },
    };
    await expect(kubernetes.list(kinds.Secret)).rejects.toMatchObject(failure);
    await expect(kubernetes.apply([namespace])).rejects.toMatchObject(failure);
  });

  it("is a caller that the cluster does not know", async () => {
    scene.cluster.token = "another";
    const { kubernetes } = await scene.connect();
    const failure = { code: "GT-CLUSTER-UNAUTHORIZED" };
    await expect(kubernetes.get({ kind: kinds.Namespace, name: "web" })).rejects.toMatchObject(
      failure,
    );
    await expect(kubernetes.apply([namespace])).rejects.toMatchObject(failure);
  });
});
