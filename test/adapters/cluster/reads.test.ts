import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { childrenDirectory } from "../../../src/adapters/cluster/children.ts";
import { kinds } from "../../../src/kinds.ts";
import type { Kubernetes } from "../../../src/ports/kubernetes.ts";
import { createFakeScene, type FakeScene } from "../../support/fake-cluster/fake-connection.ts";

let scene: FakeScene;
let kubernetes: Kubernetes;

beforeEach(async () => {
  scene = await createFakeScene();
  ({ kubernetes } = await scene.connect());
});
afterEach(async () => {
  await scene.close();
});

function createConfigMaps(count: number): void {
  for (let index = 0; index < count; index += 1) {
    const metadata = { name: `c${index}`, namespace: "web" };
    scene.cluster.create(kinds.ConfigMap, { apiVersion: "v1", kind: "ConfigMap", metadata });
  }
}
const lists = () => scene.cluster.requests.filter((one) => one.includes("/configmaps?"));

describe("lists", () => {
  it("of many objects come in pages", async () => {
    createConfigMaps(1201);
    const found = await kubernetes.list(kinds.ConfigMap);
    expect(new Set(found.map(({ metadata }) => metadata.name)).size).toBe(1201);
    expect(lists()).toHaveLength(3);
  });

  it("begin anew when their pages expire on the way", async () => {
    createConfigMaps(600);
    scene.cluster.faults.push({ path: /continue=500/, status: 410, body: "{}" });
    expect(await kubernetes.list(kinds.ConfigMap)).toHaveLength(600);
    expect(lists()).toHaveLength(4);
  });

  it("that are cut off are read again once, then told as what they are", async () => {
    const cut = { path: /configmaps/, status: 200, body: '{"metadata":{},"items":[{"meta' };
    scene.cluster.faults.push(cut);
    expect(await kubernetes.list(kinds.ConfigMap)).toEqual([]);
    scene.cluster.faults.push(cut, cut);
    await expect(kubernetes.list(kinds.ConfigMap)).rejects.toMatchObject({
      code: "GT-ANSWER-TRUNCATED",
      message: expect.stringContaining("configmaps") as unknown,
    });
  });

  it("that the API server refuses for a moment may be tried again", async () => {
    scene.cluster.faults.push({ path: /configmaps/, status: 503, body: "apiserver not ready" });
    await expect(kubernetes.list(kinds.ConfigMap)).rejects.toMatchObject({
      code: "GT-CLUSTER-BUSY",
      retry: { limitMs: 60_000 },
    });
  });
});

describe("the proxy", () => {
  it("is started again when it has ended", async () => {
    expect(await kubernetes.version()).toBe("v1.34.2-fake");
    const [pid = 0] = recordedPids();
    process.kill(pid, "SIGKILL");
    expect(await kubernetes.version()).toBe("v1.34.2-fake");
    const [next = 0] = recordedPids();
    process.kill(next, "SIGKILL");
    await kubernetes.apply([{ apiVersion: "v1", kind: "Namespace", metadata: { name: "web" } }]);
    const started = scene.calls().filter(({ argv }) => argv[0] === "proxy");
    expect(started).toHaveLength(3);
    expect(recordedPids()).not.toContain(pid);
  });

  it("serves many requests side by side", async () => {
    createConfigMaps(3);
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => kubernetes.list(kinds.ConfigMap)),
    );
    expect(answers.every(({ length }) => length === 3)).toBe(true);
  });
});

/** The pids that the run has on record. */
function recordedPids(): number[] {
  const directory = childrenDirectory(scene.env);
  return readdirSync(directory)
    .map((file) => readFileSync(join(directory, file), "utf8"))
    .flatMap((text) => [...text.matchAll(/"children":\[\{"pid":(\d+)/g)])
    .map(([, pid]) => Number(pid));
}

describe("logs", () => {
  function createPod(name: string, creationTimestamp: string, containers = ["app"]): void {
    scene.cluster.create(kinds.Pod, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "web", labels: { app: "a" }, creationTimestamp },
      spec: { containers: containers.map((container) => ({ name: container })) },
    });
  }

  it("come from the first container unless one is named", async () => {
    createPod("one", "2026-01-01T00:00:00Z", ["main", "sidecar"]);
    scene.cluster.logs.set("web/one", ["a", "b"]);
    const query = { namespace: "web", labelSelector: "app=a", tailLines: 1 };
    expect(await kubernetes.logs(query)).toEqual(["b"]);
    await kubernetes.logs({ ...query, container: "sidecar" });
    const asked = scene.cluster.requests.filter((one) => one.includes("/log?"));
    expect(asked.map((one) => /container=(\w+)/.exec(one)?.[1])).toEqual(["main", "sidecar"]);
  });

  it("are empty for a container that has not started", async () => {
    createPod("one", "2026-01-01T00:00:00Z");
    const query = { namespace: "web", labelSelector: "app=a", tailLines: 5 };
    expect(await kubernetes.logs(query)).toEqual([]);
  });
});
