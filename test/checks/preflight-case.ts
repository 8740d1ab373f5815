import type { Config } from "../../src/config/config.ts";
import type { Facts } from "../../src/facts/facts.ts";
import { preflight, troubles } from "./build-facts.ts";

/** What is wrong in the facts or the config, and what the preflight must say about it. */
export interface PreflightCase {
  what: string;
  facts?: Partial<Facts>;
  config?: Partial<Config>;
  /** `id state code` of every check that is not well. */
  expected: string[];
  /** In the message of the first of them. */
  says?: RegExp;
  hint?: RegExp;
}

/** Both sides of one comparison: findings, and whether their words are as they must be. */
export function runCase({ facts, config, expected, says = /^/, hint = /^/ }: PreflightCase) {
  const report = preflight(facts, config);
  const found = report.checks.filter(({ code }) => code !== undefined);
  const [first] = found;
  const { message = "", hint: action = "" } = first ?? {};
  return {
    seen: {
      troubles: troubles(report),
      message: says.test(message) ? "as expected" : message,
      hint: hint.test(action) ? "as expected" : action,
      withoutSentence: found.filter((one) => !/^\S.*\.$/.test(one.message ?? "")),
      withoutAction: found.filter((one) => (one.hint ?? "") === ""),
    },
    expected: {
      troubles: expected,
      message: "as expected",
      hint: "as expected",
      withoutSentence: [],
      withoutAction: [],
    },
  };
}
