import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { ConnectedWorld } from "../../src/ports/world.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { addHosts } from "../support/add-hosts.ts";
import { bringUp } from "../support/bring-up.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-batch-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** Counts the calls of a port; `of` leaves out those that cost neither a process nor a request. */
function count<Port extends object>(port: Port, calls: string[], of?: readonly string[]): Port {
  return new Proxy(port, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key, target);
      if (typeof method !== "function") return method;
      if (of !== undefined && !of.includes(String(key))) return method.bind(target);
      return (...args: unknown[]): unknown => {
        calls.push(String(key));
        return Reflect.apply(method, target, args);
      };
    },
  });
}

/** Every chart is a child process; every call of AWS is a request or more. */
async function costOf(hosts: number) {
  const statePath = join(directory, `sandbox-${hosts}.json`);
  const sandbox = await createSandbox({ statePath, faults: [] });
  await bringUp(sandbox);
  const children: string[] = [];
  const aws: string[] = [];
  const through = (world: ConnectedWorld): ConnectedWorld => ({
    ...world,
    charts: count(world.charts, children, ["apply", "rollback", "uninstall"]),
    zones: count(world.zones, aws),
    identity: count(world.identity, aws),
    clusters: count(world.clusters, aws),
  });
  const names = Array.from({ length: hosts }, (_, index) => `host-${index + 1}.example.com`);
  const { error } = await addHosts(sandbox, names, { through });
  expect(error).toBeUndefined();
  // How often the record is looked for depends on how long ExternalDNS takes.
  const isLook = (call: string) => call === "listRecords";
  return { children: children.length, aws: aws.filter((call) => !isLook(call)).length };
}

it("add-host of many hosts starts as many processes, and asks AWS as often, as of one", async () => {
  const [one, many] = [await costOf(1), await costOf(25)];
  expect(many).toEqual(one);
  expect(one.children).toBeLessThan(8);
}, 120_000);
