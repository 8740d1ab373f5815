import { describe, expect, test } from "vitest";
import { preflightChecks } from "../../src/checks/preflight.ts";
import { firstFailure } from "../../src/checks/run-checks.ts";
import { known } from "../../src/facts/fact.ts";
import * as good from "./build-facts.ts";
import { preflight, resultOf, troubles, unread } from "./build-facts.ts";

const twin = { id: "Z2", name: "example.com", private: false };

describe("preflight", () => {
  test("each check's id is its own, and its title a sentence without a full stop", () => {
    const ids = preflightChecks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { title } of preflightChecks) expect(title).toMatch(/^\S.*[^.]$/);
  });

  test("several causes are all told, each once", () => {
    const report = preflight({
      tools: known({ kubectl: "1.34.1", helm: undefined }),
      zone: known({ ...good.zoneFact, zone: undefined, candidates: [good.zone, twin] }),
      services: known([]),
    });
    expect(troubles(report)).toEqual([
      "helm failed GT-HELM-MISSING",
      "zone failed GT-ZONE-TWINS",
      "backends failed GT-BACKEND-NOT-FOUND",
    ]);
    expect(resultOf(report, "delegation").state).toBe("not-checked");
    const error = firstFailure(report);
    expect(error?.code).toBe("GT-PREFLIGHT-FAILED");
    expect(error?.message).toContain("3 things");
  });

  test("a single failure is the error itself; none is none", () => {
    const report = preflight({ delegation: known({ ...good.delegation, delegated: [] }) });
    expect(firstFailure(report)?.code).toBe("GT-ZONE-NOT-DELEGATED");
    expect(firstFailure(preflight())).toBeUndefined();
  });

  test("without credentials nothing that needs AWS is a finding of its own", () => {
    const report = preflight({ caller: unread("GT-AWS-CREDENTIALS") });
    const ids = ["cluster", "zone", "cluster-reachable", "access", "records", "identity"];
    expect(ids.filter((id) => resultOf(report, id).state !== "not-checked")).toEqual([]);
  });
});
