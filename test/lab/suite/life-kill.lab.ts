import { describe, expect, test } from "vitest";
import type { Lab } from "../lab.ts";
import { plantDecoys } from "./decoys.ts";
import { accessTo, runGatewayTls, runInit, runVerb } from "./gateway-tls.ts";
import { findLeftovers, findOrphans, outliveLease } from "./killed.ts";
import { comparable, snapshotWorld } from "./snapshot.ts";
import { addressOf, startWorld } from "./world.ts";

/** Ten points, each given by what the command says when it is killed, most in the middle of a write. */
const ADD_HOST = [
  "[gateway] Gateway",
  "[rehearsal] Challenge rehearsal",
  "order pending",
  "[redirect] HTTPS routes",
];
const PROMOTE = [
  ["production", "[promotion] Production certificates"],
  ["staging", "[promotion] Staging certificates"],
  ["production", "order pending"],
] as const;
const UNINSTALL = ["[certificate] Listeners", "deleted ", "uninstalling cert-manager"];

const DELAYS = { iamMs: 1500, recordMs: 500, loadBalancerMs: 500 };

async function within(address: number, init: string[], use: (lab: Lab) => Promise<void>) {
  const lab = await startWorld({ address: addressOf(address), delays: DELAYS });
  try {
    const { document, stderr } = await runInit(lab, ["--sample-app", ...init]);
    expect(document.error, stderr).toBeNull();
    await use(lab);
  } finally {
    await lab.stop();
  }
}

async function killAt(lab: Lab, args: readonly string[], point: string): Promise<void> {
  const { signal, stderr } = await stopAt(lab, args, { point, by: "SIGKILL" });
  expect(signal, `${point}\n${stderr}`).toBe("SIGKILL");
  expect(findOrphans(lab), point).not.toEqual([]);
  await outliveLease(lab);
}

function stopAt(
  lab: Lab,
  args: readonly string[],
  { point, by }: { point: string; by: NodeJS.Signals },
) {
  let isTold = false;
  return runGatewayTls(lab, [...args, ...accessTo(lab), "--yes"], {
    onLine: (line, child) => {
      if (isTold || !line.includes(point)) return;
      isTold = true;
      child.kill(by);
    },
  });
}

async function finish(lab: Lab, args: readonly string[], about: string): Promise<void> {
  const { exitCode, document, stderr } = await runVerb(lab, args);
  expect({ exitCode, error: document.error }, `${about}\n${stderr}`).toEqual({
    exitCode: 0,
    error: null,
  });
}

async function describeEnd(lab: Lab) {
  return { leftovers: await findLeftovers(lab), world: comparable(await snapshotWorld(lab)) };
}

describe.concurrent("after kill -9 a second run ends as one that was never killed", () => {
  test(`add-host at ${ADD_HOST.join(", ")}`, async () => {
    await within(30, ["--issuer=staging"], async (lab) => {
      const add = ["add-host", "api.lab.example", "--backend=shop/api:8080"];
      const without = await describeEnd(lab);
      await finish(lab, add, "add-host");
      const end = await describeEnd(lab);
      expect(end.leftovers).toEqual([]);
      for (const point of ADD_HOST) {
        await finish(lab, ["remove-host", "api.lab.example"], "remove-host");
        await killAt(lab, add, point);
        await finish(lab, add, point);
        expect(await describeEnd(lab), point).toEqual(end);
      }
      await finish(lab, ["remove-host", "api.lab.example"], "remove-host");
      // The namespace of its backend stays admitted to port 80 only while a host needs it.
      expect(await describeEnd(lab)).toEqual(without);
    });
  });

  test(`promote at ${PROMOTE.map(([, point]) => point).join(", ")}`, async () => {
    await within(31, [], async (lab) => {
      const production = await describeEnd(lab);
      await finish(lab, ["promote", "--to=staging"], "promote --to=staging");
      const ends = { production, staging: await describeEnd(lab) };
      for (const [target, point] of PROMOTE) {
        const args = ["promote", `--to=${target}`];
        await killAt(lab, args, point);
        await finish(lab, args, point);
        expect(await describeEnd(lab), point).toEqual(ends[target]);
      }
    });
  });

  test(`uninstall at ${UNINSTALL.join(", ")}; Ctrl-C and expired credentials are told`, async () => {
    const lab = await startWorld({ address: addressOf(32), delays: DELAYS });
    try {
      await plantDecoys(lab);
      const before = await snapshotWorld(lab);
      const args = ["uninstall", "--delete-crds"];
      for (const point of UNINSTALL) {
        const { document, stderr } = await runInit(lab, ["--sample-app", "--issuer=staging"]);
        expect(document.error, stderr).toBeNull();
        if (point === UNINSTALL[0]) await interrupt(lab, args);
        if (point === UNINSTALL[1]) await expire(lab, args);
        await killAt(lab, args, point);
        await finish(lab, args, point);
        expect(await snapshotWorld(lab), point).toEqual(before);
      }
    } finally {
      await lab.stop();
    }
  });
});

/** It stops in its first step, says so, and how to go on. */
async function interrupt(lab: Lab, args: readonly string[]): Promise<void> {
  const point = "[certificate] Listeners";
  const { exitCode, stderr } = await stopAt(lab, args, { point, by: "SIGINT" });
  expect(exitCode, stderr).toBe(130);
  expect(stderr).toMatch(/gateway-tls uninstall .*--delete-crds/s);
}

async function expire(lab: Lab, args: readonly string[]): Promise<void> {
  const message = "The security token included in the request is expired";
  const mend = lab.aws.proxy.rules.add({
    action: "ChangeResourceRecordSets",
    error: { status: 403, code: "ExpiredToken", message },
  });
  const { exitCode, document } = await runVerb(lab, args);
  mend();
  expect(exitCode).toBe(1);
  expect(document.error).toMatchObject({ code: "GT-AWS-CREDENTIALS-EXPIRED" });
}
