import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Lab, LabOptions } from "../lab.ts";
import { plantDecoys } from "./decoys.ts";
import { runInit, runVerb } from "./gateway-tls.ts";
import { snapshotWorld } from "./snapshot.ts";
import { visit } from "./visit.ts";
import { addressOf, startWorld } from "./world.ts";
import { markWrites, writesSince } from "./writes.ts";

const DELAYS = { iamMs: 1500, recordMs: 500, loadBalancerMs: 500 };
const WWW = "www.lab.example";

async function within(options: Partial<LabOptions>, use: (lab: Lab) => Promise<void>) {
  const lab = await startWorld({ delays: DELAYS, ...options });
  try {
    await use(lab);
  } finally {
    await lab.stop();
  }
}

/** Once it changes something, the second time nothing: neither in the cluster nor in the account. */
async function twice(lab: Lab, ...args: string[]): Promise<void> {
  const first = await runVerb(lab, args);
  expect(first.document, first.stderr).toMatchObject({ result: "done", error: null });
  const mark = markWrites(lab);
  const second = await runVerb(lab, args);
  expect(second.document, second.stderr).toMatchObject({ result: "unchanged", writes: 0 });
  expect(writesSince(lab, mark), args.join(" ")).toEqual([]);
}

const look = async (lab: Lab, hostname: string) => {
  const { status, certificate } = await visit(lab, `https://${hostname}/`);
  return { status, names: certificate?.names };
};

const served = (hostname: string) => ({ status: 200, names: `DNS:${hostname}` });

describe.concurrent("an installation", () => {
  test("lives through every command twice, and uninstall leaves the world as it was", async () => {
    await within({ address: addressOf(20) }, async (lab) => {
      await plantDecoys(lab);
      const before = await snapshotWorld(lab);
      const { document, stderr } = await runInit(lab, ["--sample-app", "--identity=pod-identity"]);
      expect(document.error, stderr).toBeNull();

      await twice(lab, "add-host", "api.lab.example", "--backend=shop/api:8080");
      expect(await look(lab, "api.lab.example")).toEqual(served("api.lab.example"));

      const hosts = ["lab.example", "a.lab.example", "b.lab.example"];
      const home = join(lab.folder, "home");
      mkdirSync(home, { recursive: true });
      const lines = hosts.map((host) => `- hostname: ${host}\n  backend: shop/web:80\n`);
      writeFileSync(join(home, "hosts.yaml"), lines.join(""));
      await twice(lab, "add-host", "--from=hosts.yaml");
      for (const host of hosts) expect(await look(lab, host)).toEqual(served(host));

      await twice(lab, "remove-host", "a.lab.example");
      await expect(look(lab, "a.lab.example")).rejects.toThrow(/ECONN|socket|SSL|TLS/);
      expect(await look(lab, WWW)).toEqual(served(WWW));

      await twice(lab, "promote", "--to=staging");
      await expect(look(lab, WWW)).rejects.toThrow(/certificate/);
      await twice(lab, "promote");
      expect(await look(lab, WWW)).toEqual(served(WWW));

      const changed = await runInit(lab, ["--sample-app", "--identity=irsa"]);
      expect(changed.document, changed.stderr).toMatchObject({ result: "done", error: null });
      await twice(lab, "add-host", "c.lab.example", "--backend=shop/web:80");
      expect(await look(lab, "c.lab.example")).toEqual(served("c.lab.example"));

      await twice(lab, "uninstall", "--delete-crds");
      expect(await snapshotWorld(lab)).toEqual(before);
    });
  });

  test("by IRSA and Helm 3 too goes without a trace; a second run is told who holds the lock", async () => {
    await within({ address: addressOf(21) }, async (lab) => {
      await plantDecoys(lab);
      const before = await snapshotWorld(lab);
      const helm = { helm: 3 } as const;
      const made = await runInit(lab, ["--sample-app", "--identity=irsa"], helm);
      expect(made.document.error, made.stderr).toBeNull();

      let second: ReturnType<typeof runVerb> | undefined;
      let pid: number | undefined;
      const added = await runVerb(lab, ["add-host", "api.lab.example", "--backend=shop/api:8080"], {
        ...helm,
        onLine: (line, child) => {
          if (second !== undefined || !line.includes("[dns-record]")) return;
          ({ pid } = child);
          second = runVerb(lab, ["remove-host", WWW], helm);
        },
      });
      expect(added.document, added.stderr).toMatchObject({ result: "done" });
      const refused = await second;
      expect(refused?.document.error, refused?.stderr).toMatchObject({ code: "GT-LOCKED" });
      expect(refused?.document.error?.message).toMatch(
        new RegExp(`\\(pid ${pid}, run \\w+\\), since 20\\d\\d-.*Z`),
      );
      expect(refused?.document.writes).toBe(0);

      const gone = await runVerb(lab, ["uninstall", "--delete-crds"], helm);
      expect(gone.document, gone.stderr).toMatchObject({ result: "done", error: null });
      expect(await snapshotWorld(lab)).toEqual(before);
    });
  });
});
