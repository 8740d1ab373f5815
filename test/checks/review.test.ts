import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { listReviewed } from "../../src/checks/review.ts";
import { buildStatus } from "../../src/checks/status.ts";
import { listWarnings } from "../../src/checks/warnings.ts";
import { readStatusFacts } from "../../src/facts/status-facts.ts";
import { readState, readStates, type State } from "./state-file.ts";
import { buildStateWorld } from "./state-world.ts";

const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
  JSON.parse(readFileSync(new URL("../../schemas/status.schema.json", import.meta.url), "utf8")),
);

async function reviewOf(state: State) {
  const { world, survey: asked } = buildStateWorld(state);
  const { survey, facts } = await readStatusFacts(world, asked);
  const review = { objects: listReviewed(survey, facts), warnings: listWarnings(survey, facts) };
  return { document: { schemaVersion: 1, ...buildStatus(survey, facts), ...review }, review };
}

test("the document of --verbose is as its schema says, in every state", async () => {
  for (const state of readStates()) {
    const { document } = await reviewOf(state);
    validate(document);
    expect([state.name, validate.errors]).toEqual([state.name, null]);
  }
});

test("two listeners that are in each other's way are both shown, with why", async () => {
  const { review } = await reviewOf(readState("listener-hostname-conflict"));
  const gateway = review.objects.find(({ object }) => object.startsWith("Gateway "));
  const conflicted = gateway?.listeners.filter(({ conditions }) =>
    conditions.some(({ type, status }) => type === "Conflicted" && status === "True"),
  );
  expect(conflicted?.length).toBeGreaterThan(0);
  expect(gateway?.listeners.map(({ listener }) => listener)).toContain("www.example.com");
});

test("a Gateway without an address says so", async () => {
  const { review } = await reviewOf(readState("balancer-on-its-way"));
  const gateway = review.objects.find(({ object }) => object.startsWith("Gateway "));
  expect(gateway?.note).toBe("no address yet");
});
