import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fields, list } from "../../src/sandbox/fields.ts";
import { readState } from "../../src/sandbox/state-file.ts";
import type { WorldState } from "../../src/sandbox/world-state.ts";
import { runCli } from "../support/run-cli.ts";

const directory = mkdtempSync(join(tmpdir(), "gateway-tls-check-"));
const installed = join(directory, "installed.json");
const where = ["--cluster", "demo", "--sandbox", "--sandbox-state"];
const wanted = ["--domain", "example.com", "--email", "ops@example.com", "--sample-app"];
const schema = new URL("../../schemas/result.schema.json", import.meta.url);
const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
  JSON.parse(readFileSync(schema, "utf8")),
);

beforeAll(async () => {
  const { exitCode, stderr } = await runCli(["init", ...wanted, "--yes", ...where, installed]);
  if (exitCode !== 0) throw new Error(stderr);
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** The installed world, changed by somebody. */
function changeWorld(name: string, change: (state: WorldState) => void): string {
  const statePath = join(directory, `${name}.json`);
  copyFileSync(installed, statePath);
  const state = readState(statePath);
  if (state === undefined) throw new Error("init keeps its world");
  change(state);
  writeFileSync(statePath, JSON.stringify(state));
  return statePath;
}

/** The spec of every object of a kind, as somebody edits it. */
const editAll =
  (kind: string, edit: (spec: Record<string, unknown>) => void) =>
  ({ objects }: WorldState): void => {
    for (const object of Object.values(objects)) {
      if (object.kind === kind) edit(fields(object["spec"]));
    }
  };

describe("check --pre, before anything is installed", () => {
  const codes: [fault: string, code: string][] = [
    ["undelegated-zone", "GT-ZONE-NOT-DELEGATED"],
    ["two-zones", "GT-ZONE-TWINS"],
    ["caa-forbids", "GT-CAA-FORBIDS"],
    ["foreign-stuck-release", "GT-RELEASE-STUCK"],
    ["foreign-crds", "GT-CRDS-FOREIGN"],
    ["forbidden", "GT-ACCESS-DENIED"],
    ["old-kubernetes", "GT-VERSIONS-UNSUPPORTED"],
    ["unreachable-cluster", "GT-CLUSTER-UNREACHABLE"],
    ["expired-credentials", "GT-AWS-CREDENTIALS-EXPIRED"],
  ];
  test.each(codes)("names %s", async (fault, code) => {
    const world = join(directory, `pre-${fault}.json`);
    const flags = ["--sandbox-fault", fault, "--output", "json"];
    const ran = await runCli(["check", "--pre", ...wanted, ...where, world, ...flags]);
    const document = JSON.parse(ran.stdout);
    expect([ran.exitCode, document.error?.code]).toEqual([3, code]);
    validate(document);
    expect(validate.errors).toBeNull();
  });

  test("is green where init would begin, and makes no file", async () => {
    const world = join(directory, "pre.json");
    const ran = await runCli(["check", "--pre", ...wanted, ...where, world]);
    expect([ran.exitCode, ran.stdout]).toEqual([0, expect.stringMatching(/\d+ passed\n$/)]);
    expect(readState(world)).toBeUndefined();
  });

  test("tells what is missing, and asks nothing", async () => {
    const ran = await runCli(["check", "--pre", ...where, join(directory, "none.json")]);
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toMatch(/--domain NAME/);
  });
});

describe("check, after init", () => {
  test("finds nothing", async () => {
    const before = readFileSync(installed, "utf8");
    const ran = await runCli(["check", ...where, installed]);
    expect([ran.exitCode, ran.stdout]).toEqual([
      0,
      expect.stringContaining("Nothing differs from the kept config"),
    ]);
    expect(ran.stdout).toContain("ExternalDNS's role may write nothing else");
    expect(readFileSync(installed, "utf8")).toBe(before);
  });

  test("names what was taken away, and the command that brings it back", async () => {
    const world = changeWorld("drift", ({ objects }) => {
      for (const key of Object.keys(objects)) if (key.endsWith("-redirect")) delete objects[key];
    });
    const ran = await runCli(["check", ...where, world]);
    expect(ran.exitCode).toBe(3);
    expect(ran.stdout).toMatch(
      /What differs[^]*HTTPRoute +gateway-tls-sample\/www\.example\.com-redirect/,
    );
    expect(ran.stdout).toContain("gateway-tls init --cluster demo");
  });

  const edits: [what: string, change: (state: WorldState) => void, names: RegExp][] = [
    [
      "a listener that was taken out",
      editAll("Gateway", (spec) => {
        spec["listeners"] = list(spec["listeners"]).filter((one) => one["name"] === "http");
      }),
      /\+ HTTPS listener +www\.example\.com/,
    ],
    [
      "an issuer with another address",
      editAll("ClusterIssuer", (spec) => {
        fields(spec["acme"])["email"] = "other@example.org";
      }),
      /~ ClusterIssuer +gateway-tls-production +\(spec\.acme\.email\)/,
    ],
    [
      "a role that trusts nobody",
      ({ aws }) => {
        for (const { trust } of Object.values(aws.roles)) trust.Statement = [];
      },
      /~ IAM role +gateway-tls-external-dns\S+ +\(trust policy\)/,
    ],
    [
      "a part that was deleted",
      ({ objects }) => {
        for (const key of Object.keys(objects))
          if (key.endsWith("Deployment|external-dns|external-dns")) delete objects[key];
      },
      /~ Helm release +external-dns\/external-dns +\(Deployment external-dns is gone\)/,
    ],
  ];
  test.each(edits)("names what a hand changed: %s", async (what, change, names) => {
    const ran = await runCli(["check", ...where, changeWorld(what.replaceAll(" ", "-"), change)]);
    expect(ran.exitCode).toBe(3);
    expect(ran.stdout).toMatch(names);
    expect(ran.stdout).toMatch(/gateway-tls init --cluster demo/);
  });

  test("proves that the role may too little", async () => {
    const world = changeWorld("too-little", ({ aws }) => {
      for (const role of Object.values(aws.roles)) role.attachedPolicyArns = [];
    });
    const ran = await runCli(["check", ...where, world, "--output", "json"]);
    expect(ran.exitCode).toBe(3);
    expect(JSON.parse(ran.stdout).error).toMatchObject({
      code: "GT-IAM-TOO-LITTLE",
      message: expect.stringContaining("route53:ChangeResourceRecordSets"),
    });
  });

  test("proves that the role may too much", async () => {
    const world = changeWorld("too-much", ({ aws }) => {
      for (const { document } of Object.values(aws.policies)) {
        document.Statement.push({ Effect: "Allow", Action: "route53:*", Resource: "*" });
      }
    });
    const ran = await runCli(["check", ...where, world, "--output", "json"]);
    expect([ran.exitCode, JSON.parse(ran.stdout).error.code]).toEqual([3, "GT-IAM-TOO-MUCH"]);
  });

  test("shows what init would change under other flags", async () => {
    const ran = await runCli(["check", "--no-redirect", ...where, installed, "--output", "json"]);
    expect(ran.exitCode).toBe(3);
    const changed = JSON.parse(ran.stdout).plan.filter(
      ({ intent }: { intent: string }) => intent !== "keep",
    );
    expect(changed.length).toBeGreaterThan(0);
  });

  test("without an installation says so", async () => {
    const ran = await runCli(["check", ...where, join(directory, "nothing.json")]);
    expect([ran.exitCode, ran.stderr]).toEqual([3, expect.stringContaining("GT-NOT-INSTALLED")]);
  });
});
