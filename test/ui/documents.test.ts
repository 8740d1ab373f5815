import { readFile } from "node:fs/promises";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { steps } from "../../src/steps/index.ts";
import { renderPlanDocument } from "../../src/ui/plan-document.ts";
import { toResultDocument } from "../../src/ui/result-document.ts";
import type { StatusDocument } from "../../src/ui/status.ts";
import { done, failed } from "./fixtures.ts";

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

async function loadSchema(name: string): Promise<unknown> {
  const file = path.join(import.meta.dirname, `../../schemas/${name}.schema.json`);
  return JSON.parse(await readFile(file, "utf8"));
}

async function findFaults(name: string, document: unknown): Promise<string[]> {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
  ajv.addFormat("date-time", DATE_TIME);
  const schema = await loadSchema(name);
  if (typeof schema !== "object" || schema === null) throw new Error(`${name} is no schema`);
  const validate = ajv.compile(schema);
  validate(JSON.parse(JSON.stringify(document)));
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath} ${message ?? ""}`,
  );
}

const undelegated = {
  link: "Zone delegated",
  state: "failed" as const,
  reason: "the parent hands out ns1.other.net",
  since: "2026-11-24T09:00:00Z",
  object: "Gateway gateway-tls/gateway-tls",
  code: "GT-ZONE-NOT-DELEGATED",
  why: "Nobody sees the records.",
  action: null,
};

const status: StatusDocument = {
  schemaVersion: 1,
  verdict: "degraded",
  hosts: [
    {
      hostname: "www.example.com",
      verdict: "degraded",
      chain: [
        {
          id: "gateway",
          link: "Gateway programmed",
          state: "ok",
          reason: null,
          since: null,
          object: null,
          code: null,
          why: null,
          action: null,
        },
        { id: "delegation", ...undelegated },
      ],
      certificate: {
        issuer: "Let's Encrypt R12",
        notAfter: "2027-02-21T10:00:00Z",
        renewalTime: "2027-01-22T10:00:00Z",
        names: ["www.example.com"],
        served: true,
      },
    },
    { hostname: "api.example.com", verdict: "waiting", chain: [], certificate: null },
  ],
  findings: [{ ...undelegated, hosts: ["www.example.com"] }],
  next: null,
};

describe("the result document", () => {
  it.each([
    ["done", done],
    ["failed", failed],
    ["planned", { ...done, result: "planned" as const, hosts: [], steps: [] }],
  ])("of a run that is %s fits its schema", async (_name, result) => {
    expect(await findFaults("result", toResultDocument(result))).toEqual([]);
  });

  it("begins with its version and holds the number of writes", () => {
    const document = toResultDocument(done);
    expect(Object.keys(document)[0]).toBe("schemaVersion");
    expect(document).toMatchObject({ schemaVersion: 1, result: "done", error: null, writes: 14 });
  });

  it.each([
    ["another version", { schemaVersion: 2 }],
    ["a key of nobody", { extra: true }],
    ["writes in words", { writes: "14" }],
    ["an unknown result", { result: "fine" }],
    ["an error without a hint", { error: { code: "GT-X", message: "It broke." } }],
    ["a code that is none", { error: { code: "X", message: "It broke.", hint: null } }],
  ])("with %s does not fit", async (_name, change) => {
    expect(await findFaults("result", { ...toResultDocument(done), ...change })).not.toEqual([]);
  });

  it("may name every step there is, and no other", async () => {
    const stepsOf = (ids: readonly string[]) =>
      ids.map((id) => ({ id, title: id, state: "done", durationMs: 0 }));
    const document = toResultDocument(done);
    const all = steps.map(({ id }) => id);
    expect(await findFaults("result", { ...document, steps: stepsOf(all) })).toEqual([]);
    expect(await findFaults("result", { ...document, steps: stepsOf(["lunch"]) })).not.toEqual([]);
  });
});

describe("the plan document", () => {
  const planned = { ...done, result: "planned" as const, hosts: [] };

  it("is the same as JSON and as YAML, documents included", async () => {
    const json: unknown = JSON.parse(await renderPlanDocument(planned, "json"));
    const yaml: unknown = parse(await renderPlanDocument(planned, "yaml"));
    expect(yaml).toEqual(json);
    expect(json).toHaveProperty("plan.1.document.Version", "2012-10-17");
    expect(await findFaults("result", json)).toEqual([]);
  });

  it("spells shared parts out in YAML", async () => {
    const document = { labels: { app: "coffee" } };
    const plan = planned.plan.map((item) => ({ ...item, document }));
    expect(await renderPlanDocument({ ...planned, plan }, "yaml")).not.toMatch(/[&*]a\d/);
  });
});

describe("the status document", () => {
  it("fits its schema", async () => {
    expect(await findFaults("status", status)).toEqual([]);
  });

  it.each([
    ["an unknown verdict", { verdict: "fine" }],
    ["no hosts", { hosts: undefined }],
    ["a date in words", { hosts: [{ ...status.hosts[0], certificate: { notAfter: "soon" } }] }],
  ])("with %s does not fit", async (_name, change) => {
    expect(await findFaults("status", { ...status, ...change })).not.toEqual([]);
  });
});
