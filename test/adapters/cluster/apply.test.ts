import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kinds } from "../../../src/kinds.ts";
import type { ClusterConnection } from "../../../src/ports/world.ts";
import { createFakeScene, type FakeScene } from "../../support/fake-cluster/fake-connection.ts";

let scene: FakeScene;
let connection: ClusterConnection;

beforeEach(async () => {
  scene = await createFakeScene();
  connection = await scene.connect();
  await connection.kubernetes.apply([namespace]);
});
afterEach(() => scene.close());

const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "web" } };
const configMap = (name: string, a: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "web" },
  data: { a },
});
const configMaps = (count: number) =>
  Array.from({ length: count }, (_, index) => configMap(`c${index}`, "1"));

describe("an apply of several objects", () => {
  it("names the one that met a conflict, and has applied the others", async () => {
    scene.cluster.store.apply(kinds.ConfigMap, "argocd", configMap("two", "theirs"));
    const objects = [configMap("one", "1"), configMap("two", "1"), configMap("three", "1")];
    await expect(connection.kubernetes.apply(objects)).rejects.toMatchObject({
      code: "GT-FIELD-CONFLICT",
      message:
        "ConfigMap web/two: Others manage fields that are to have another value: argocd has .data.a.",
      written: ["applied ConfigMap web/one", "applied ConfigMap web/three"],
    });
    expect(await connection.kubernetes.list(kinds.ConfigMap)).toHaveLength(3);
  });

  it("tells what waiting would not mend before what it would", async () => {
    scene.cluster.faults.push({ path: /configmaps\/one\?/, status: 503, body: "not ready" });
    scene.cluster.store.apply(kinds.ConfigMap, "argocd", configMap("two", "theirs"));
    const objects = [configMap("one", "1"), configMap("two", "1")];
    await expect(connection.kubernetes.apply(objects)).rejects.toMatchObject({
      code: "GT-FIELD-CONFLICT",
      retry: undefined,
    });
  });

  it("does not try what is in a namespace that could not be made, and tells of the namespace", async () => {
    scene.cluster.faults.push({ path: /namespaces\/shop\?/, status: 503, body: "not ready" });
    const shop = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
    const inside = { ...configMap("one", "1"), metadata: { name: "one", namespace: "shop" } };
    await expect(connection.kubernetes.apply([shop, inside])).rejects.toMatchObject({
      code: "GT-CLUSTER-BUSY",
      retry: { limitMs: 60_000 },
      written: [],
    });
  });

  it("begins nothing more when the connection is closed, and says what it wrote", async () => {
    const applied = connection.kubernetes.apply(configMaps(500));
    const told = applied.catch((error: unknown) => error);
    const findWritten = () =>
      scene.cluster.requests.flatMap((one) => /configmaps\/(c\d+)\?/.exec(one)?.[1] ?? []);
    await expect.poll(findWritten).not.toEqual([]);
    await connection.close();
    const written = findWritten();
    expect(written.length).toBeLessThan(500);
    expect(await told).toMatchObject({
      code: "GT-CANCELLED",
      written: written
        .toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1)))
        .map((name) => `applied ConfigMap web/${name}`),
    });
  });

  it("starts no program, and never forces", async () => {
    const before = scene.calls();
    await connection.kubernetes.apply(configMaps(3));
    expect(scene.calls()).toEqual(before);
    expect(scene.cluster.requests.at(-1)).toMatch(/fieldValidation=Strict&force=false$/);
  });
});
