import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Intent, PlanItem } from "../../src/plan/plan.ts";
import type { CommandResult } from "../../src/runner/result.ts";
import { steps } from "../../src/steps/index.ts";
import { renderEnd } from "../../src/ui/end.ts";
import { renderFailure } from "../../src/ui/failure.ts";
import { renderPlan } from "../../src/ui/plan.ts";
import { renderPreflight } from "../../src/ui/preflight.ts";
import { renderReview } from "../../src/ui/review.ts";
import { renderStatus } from "../../src/ui/status.ts";
import { widthOf } from "../../src/ui/text.ts";
import { done, now, plan } from "./fixtures.ts";

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 120 }),
  fc.lorem({ maxCount: 30 }),
  fc.constant(`arn:aws:iam::111122223333:role/${"x".repeat(200)}`),
  fc.constant("\u001B[31mred\u001B[0m\r\nand on"),
);
const texts = fc.array(text, { maxLength: 4 });

const screen = fc.record({
  color: fc.boolean(),
  columns: fc.integer({ min: 24, max: 160 }),
  unicode: fc.boolean(),
});

const item: fc.Arbitrary<PlanItem> = fc.record(
  {
    step: fc.constantFrom(...steps.map(({ id }) => id)),
    kind: text,
    name: text,
    intent: fc.constantFrom<Intent>("create", "update", "keep", "foreign"),
    fields: texts,
    owner: text,
  },
  { requiredKeys: ["step", "kind", "name", "intent"] },
);

const result: fc.Arbitrary<CommandResult> = fc
  .record({
    changes: texts,
    warnings: texts,
    plan: fc.array(item, { maxLength: 6 }),
    hosts: fc.array(
      fc.record({
        hostname: text,
        url: text,
        certificate: fc.record({
          issuer: text,
          notAfter: text,
          names: texts,
          trusted: fc.boolean(),
        }),
      }),
      { maxLength: 3 },
    ),
  })
  .map((parts) => ({ ...done, ...parts }));

const failure = fc.record({ code: text, message: text, hint: fc.option(text) });

const check = fc.record({
  id: text,
  title: text,
  state: fc.constantFrom("ok" as const, "failed" as const, "unknown" as const),
  detail: text,
  message: text,
  hint: text,
});

function tooWide(columns: number, screens: readonly string[]): string[] {
  return screens
    .flatMap((printed) => printed.split("\n"))
    .filter((line) => widthOf(stripVTControlCharacters(line)) > columns);
}

it("no screen has a line that is wider than the terminal", () => {
  fc.assert(
    fc.property(screen, result, failure, (space, shown, error) => {
      const { plan: items, warnings } = shown;
      const end = { ...space, domain: "example.com", now, keptConfig: error.code };
      const screens = [
        renderReview({ plan, items, warnings, nameServers: warnings }, space),
        renderPlan(items, space),
        renderFailure(shown, error, { ...space, resume: error.message }),
        renderEnd(shown, end),
      ];
      expect(tooWide(space.columns, screens)).toEqual([]);
      expect(screens.filter((printed) => !printed.endsWith("\n"))).toEqual([]);
    }),
  );
  expect(tooWide(10, ["eleven cells"])).toHaveLength(1);
});

it("no checklist and no status has one either", () => {
  fc.assert(
    fc.property(screen, fc.array(check, { maxLength: 5 }), text, (space, checks, words) => {
      const chain = checks.map(({ title, message, id }) => ({
        link: title,
        state: "failed" as const,
        reason: message,
        since: null,
        object: id,
      }));
      const host = { hostname: words, verdict: "degraded" as const, chain, certificate: null };
      const status = { schemaVersion: 1, verdict: "degraded", hosts: [host], next: words } as const;
      const screens = [
        renderPreflight({ checks }, space),
        renderStatus({ ...status, hosts: [host] }, { ...space, now }),
      ];
      expect(tooWide(space.columns, screens)).toEqual([]);
    }),
  );
  expect(tooWide(80, ["short"])).toEqual([]);
});
