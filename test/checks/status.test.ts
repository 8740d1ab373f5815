import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { chain, buildStatus, type Status } from "../../src/checks/status.ts";
import { renderStatus } from "../../src/ui/status.ts";
import { readStatusFacts } from "../../src/facts/status-facts.ts";
import { readState, readStates, type State } from "./state-file.ts";
import { buildStateWorld } from "./state-world.ts";

const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
  JSON.parse(readFileSync(new URL("../../schemas/status.schema.json", import.meta.url), "utf8")),
);
const states = readStates();

async function statusOf(state: State): Promise<Status> {
  const { world, survey } = buildStateWorld(state);
  const read = await readStatusFacts(world, survey);
  return buildStatus(read.survey, read.facts);
}

describe("each state has its verdict and its first finding", () => {
  test.each(states.map((state) => [state.name, state] as const))("%s", async (_, state) => {
    const { verdict, link, code, says = "", action = "", object = "" } = state.expect;
    const status = await statusOf(state);
    const [first] = status.findings;
    const id = status.hosts[0]?.chain.find(({ link }) => link === first?.link)?.id;
    const seen = { verdict: status.verdict, link: id, code: first?.code ?? undefined };
    expect(seen, JSON.stringify(status.findings, undefined, 1)).toEqual({ verdict, link, code });
    expect(first?.reason ?? "").toMatch(new RegExp(says));
    expect(first?.action ?? "").toContain(action);
    expect(first?.object ?? "").toContain(object);
    validate({ schemaVersion: 1, ...status });
    expect(validate.errors).toBeNull();
  });

  test("one cause, one finding", async () => {
    for (const state of states) {
      const { findings } = await statusOf(state);
      const failed = findings.filter((finding) => finding.state === "failed");
      expect([state.name, failed.length <= 1]).toEqual([state.name, true]);
    }
  });

  test("one cause of an installation made by hand too, and nothing sends init at it", async () => {
    for (const state of states) {
      const { hosts, findings } = await statusOf({ ...state, gateway: "gateway-tls/gateway-tls" });
      const failed = findings.filter((finding) => finding.state === "failed");
      expect([state.name, failed.length <= hosts.length]).toEqual([state.name, true]);
      const sent = findings.filter(({ action }) =>
        /gateway-tls (init|add-host|promote|check)\b/.test(action ?? ""),
      );
      expect([state.name, sent]).toEqual([state.name, []]);
    }
  });

  test("each finding that is broken has a code, why it matters, and an action", async () => {
    for (const state of states) {
      for (const { state: how, code, why, action } of (await statusOf(state)).findings) {
        if (how !== "failed") continue;
        expect([state.name, code, why, action]).toEqual([
          state.name,
          expect.stringMatching(/^GT-[A-Z0-9-]+$/),
          expect.stringMatching(/\.$/),
          expect.stringMatching(/\S/),
        ]);
      }
    }
  });
});

test("a warning has its action too, and the end does not say that all is well", async () => {
  const status = await statusOf(readState("lifetime-six-days-late"));
  expect(status.verdict).toBe("healthy");
  expect(status.next).toContain("kubectl describe certificate");
  const screen = { color: false, columns: 80, now: new Date("2026-11-23T14:00:00Z") };
  const text = renderStatus({ schemaVersion: 1, ...status }, screen);
  expect(text).toContain("✓ All works, with 1 warning.\n  kubectl describe certificate");
});

test("a clock that is wrong makes nothing expired", async () => {
  const { findings } = await statusOf(readState("clock-ahead"));
  expect(findings.map(({ code, state }) => [code, state])).toContainEqual(["GT-CLOCK", "unknown"]);
  expect(findings.map(({ code }) => code)).not.toContain("GT-CERTIFICATE-EXPIRED");
});

test("Gateways made by hand are each of their own class", async () => {
  const { world, survey } = buildStateWorld(readState("hand-made"));
  const read = await readStatusFacts(world, survey);
  if (!read.facts.gateways.known) throw new Error("the Gateways are there");
  for (const live of read.facts.gateways.value) live.spec.gatewayClassName = "other";
  const [finding] = buildStatus({ ...read.survey, gatewayClass: "nginx" }, read.facts).findings;
  expect(finding).toMatchObject({
    code: "GT-GATEWAY-CLASS-MISSING",
    reason: "There is no GatewayClass other.",
  });
});

test("there are at least forty states, and no two say the same", () => {
  expect(states.length).toBeGreaterThanOrEqual(40);
  expect(new Set(states.map(({ what }) => what)).size).toBe(states.length);
});

test("each link comes after those it names, and none is declared twice", () => {
  const ids = chain.map(({ id }) => id);
  const early = chain.filter(({ id, after, unless = [] }) =>
    [...after, ...unless].some((one) => ids.indexOf(one) >= ids.indexOf(id) || !ids.includes(one)),
  );
  expect(early.map(({ id }) => id)).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});
