import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Cancelled, UserError } from "../../src/errors.ts";
import { kinds } from "../../src/kinds.ts";
import type { Kubernetes, KubernetesObject } from "../../src/ports/kubernetes.ts";
import type { ConnectedWorld } from "../../src/ports/world.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { bringUp } from "../support/bring-up.ts";
import { takeDown } from "../support/take-down.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-carry-out-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const openSandbox = (): Promise<Sandbox> =>
  createSandbox({ statePath: join(directory, "sandbox.json"), faults: [] });

const LEASE = { kind: kinds.Lease, name: "gateway-tls", namespace: "gateway-tls" };

/** The same cluster, with some of its calls answered otherwise. */
function withKubernetes(
  world: ConnectedWorld,
  change: (inner: Kubernetes) => Partial<Kubernetes>,
): ConnectedWorld {
  const inner = world.kubernetes;
  const changed = change(inner);
  const kubernetes = new Proxy(inner, {
    get(target, key) {
      const method: unknown = Reflect.get(changed, key) ?? Reflect.get(target, key, target);
      return typeof method === "function" ? method.bind(target) : method;
    },
  });
  return { ...world, kubernetes };
}

/** Somebody else takes the Lease, as if this run had slept. */
async function takeLease({ kubernetes }: ConnectedWorld): Promise<void> {
  const live = await kubernetes.get(LEASE);
  if (live === undefined) throw new Error("no run holds the Lease");
  const spec = { ...Object(live["spec"]), holderIdentity: "bob@host (pid 2)" };
  await kubernetes.replace({ ...live, spec });
}

describe("a run", () => {
  it("ends with its own failure where the Lease cannot be given back either", async () => {
    const refused = new UserError("GT-ACCESS-DENIED", "You may not create policies.");
    let isAway = false;
    const { result, error } = await bringUp(await openSandbox(), {
      through: (world) => ({
        ...withKubernetes(world, (inner) => ({
          get: async (ref) => {
            if (isAway) throw new UserError("GT-CLUSTER-UNREACHABLE", "no answer");
            return inner.get(ref);
          },
        })),
        identity: Object.assign(Object.create(world.identity), {
          createPolicy: async () => {
            isAway = true;
            throw refused;
          },
        }),
      }),
    });
    expect(error).toBe(refused);
    expect(result).toMatchObject({ result: "failed", error: { code: "GT-ACCESS-DENIED" } });
    expect(result?.steps.find(({ id }) => id === "external-dns-identity")?.state).toBe("failed");
  });

  it("writes nothing any more once another run has its Lease", async () => {
    const sandbox = await openSandbox();
    let isTaken = false;
    const late: string[] = [];
    const { error } = await bringUp(sandbox, {
      through: (world) => {
        const identity: ConnectedWorld["identity"] = Object.assign(Object.create(world.identity), {
          createPolicy: async (request: Parameters<typeof world.identity.createPolicy>[0]) => {
            await takeLease(world);
            await world.clock.sleep(15_000);
            isTaken = true;
            return world.identity.createPolicy(request);
          },
          createRole: async (request: Parameters<typeof world.identity.createRole>[0]) => {
            if (isTaken) late.push("createRole");
            return world.identity.createRole(request);
          },
          attachPolicy: async (role: string, arn: string) => {
            if (isTaken) late.push("attachPolicy");
            return world.identity.attachPolicy(role, arn);
          },
        });
        return { ...world, identity };
      },
    });
    expect(error).toMatchObject({ code: "GT-LOCK-LOST" });
    expect(late).toEqual([]);
  });

  it("that was stopped before its first write makes none, not even the Lease", async () => {
    const ctrlC = new AbortController();
    ctrlC.abort(new Cancelled());
    const applied: KubernetesObject[] = [];
    const { result, error } = await bringUp(await openSandbox(), {
      signal: ctrlC.signal,
      through: (world) =>
        withKubernetes(world, (inner) => ({
          apply: async (objects) => {
            applied.push(...objects);
            await inner.apply(objects);
          },
        })),
    });
    expect(error).toBeInstanceOf(Cancelled);
    expect(applied).toEqual([]);
    expect(result).toMatchObject({ result: "cancelled", writes: 0 });
  });

  it("that is done stays done where what is served cannot be read at the end", async () => {
    let isDone = false;
    const { result, error } = await bringUp(await openSandbox(), {
      through: (world) => ({
        ...withKubernetes(world, (inner) => ({
          replace: async (object) => {
            // The Lease is given back: all steps are done.
            if (Object(object["spec"]).holderIdentity === "") isDone = true;
            return inner.replace(object);
          },
        })),
        zones: Object.assign(Object.create(world.zones), {
          nameServers: async (id: string) => {
            if (isDone) throw new UserError("GT-AWS-CREDENTIALS-EXPIRED", "They expired.");
            return world.zones.nameServers(id);
          },
        }),
      }),
    });
    expect(error).toBeUndefined();
    expect(result).toMatchObject({ result: "done", hosts: [{ certificate: null }] });
    expect(result?.warnings).toEqual(["What is served could not be read: They expired."]);
  });

  it("holds its Lease until the namespace that it stands in is gone", async () => {
    const sandbox = await openSandbox();
    await bringUp(sandbox);
    const holders: unknown[] = [];
    const { error } = await takeDown(sandbox, {
      through: (world) =>
        withKubernetes(world, (inner) => ({
          delete: async (refs) => {
            const isLast = refs.some(
              ({ name, kind }) => kind === kinds.Namespace && name === LEASE.name,
            );
            if (isLast) holders.push(Object((await inner.get(LEASE))?.["spec"]).holderIdentity);
            await inner.delete(refs);
          },
        })),
    });
    expect(error).toBeUndefined();
    expect(holders).toEqual(["tester@host (pid 1)"]);
  });

  it("that fails tells what a write had changed before it failed", async () => {
    const { result } = await bringUp(await openSandbox(), {
      through: (world) => ({
        ...world,
        charts: Object.assign(Object.create(world.charts), {
          apply: async () => {
            throw new UserError("GT-RELEASE-TIMEOUT", "Not ready in time.", {
              written: ["began with helm release cert-manager/cert-manager"],
            });
          },
        }),
      }),
    });
    expect(result?.changes).toContain("began with helm release cert-manager/cert-manager");
  });
});
