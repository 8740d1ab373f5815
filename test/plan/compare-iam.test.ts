import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { comparePolicyDocument, compareRole, compareTags } from "../../src/plan/compare.ts";
import type { PolicyDocument } from "../../src/ports/aws.ts";
import { planWith } from "./inputs.ts";

describe("IAM", () => {
  const { policy, role, tags } = planWith().identity;
  const document: PolicyDocument = {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: ["a:One", "a:Two"], Resource: "*" },
      { Effect: "Allow", Action: "b:One", Resource: ["r1", "r2"] },
    ],
  };

  it("means the same in any order, and with one string for a list of one", () => {
    expect(
      comparePolicyDocument(document, {
        Statement: [
          { Resource: ["r2", "r1"], Action: ["b:One"], Effect: "Allow" },
          { Resource: ["*"], Action: ["a:Two", "a:One"], Effect: "Allow" },
        ],
        Version: "2012-10-17",
      }),
    ).toBe(true);
  });

  it("means something else with anything more, less or other", () => {
    const [first, second] = document.Statement;
    if (first === undefined || second === undefined) throw new Error("two statements");
    const others: PolicyDocument[] = [
      { ...document, Statement: [first] },
      { ...document, Statement: [first, { ...second, Resource: "r1" }] },
      { ...document, Statement: [first, { ...second, Effect: "Deny" }] },
      { ...document, Statement: [first, { ...second, Condition: {} }, second] },
    ];
    expect(others.map((other) => comparePolicyDocument(document, other))).toEqual(
      others.map(() => false),
    );
  });

  it("is the same policy after any shuffle of its lists", () => {
    const [, , change] = policy.document.Statement;
    const types = ["A", "AAAA", "CNAME", "TXT"];
    const shuffled = fc.shuffledSubarray(types, { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(shuffled, (order) => {
        const text = JSON.stringify(policy.document);
        const other = text.replace(JSON.stringify(types), JSON.stringify(order));
        expect(change).toBeDefined();
        expect(comparePolicyDocument(policy.document, JSON.parse(other))).toBe(true);
      }),
    );
  });

  it("compares tags by what is wanted", () => {
    expect(compareTags(tags, { ...tags, team: "web" })).toBe(true);
    expect(compareTags(tags, { team: "web" })).toBe(false);
  });

  it("compares a role by tag, trust and policy", () => {
    const desired = { trust: role.trust, tags, policyArn: policy.arn };
    const live = { trust: role.trust, tags, attachedPolicyArns: [policy.arn] };
    expect(compareRole(desired, undefined)).toEqual({ intent: "create" });
    expect(compareRole(desired, live)).toEqual({ intent: "keep" });
    expect(compareRole(desired, { trust: document, tags, attachedPolicyArns: [] })).toEqual({
      intent: "update",
      fields: ["trust policy", "attached policies"],
    });
    const other = { "gateway-tls:installation": "1/eu-west-1/other" };
    expect(compareRole(desired, { ...live, tags: other })).toEqual({
      intent: "foreign",
      owner: "the installation 1/eu-west-1/other",
    });
    expect(compareRole(desired, { ...live, tags: {} }).owner).toContain("someone else");
  });
});
