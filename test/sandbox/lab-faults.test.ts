import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sandboxFaultNames } from "../../src/sandbox/faults.ts";
import { notInLab } from "../lab/faults/fault.ts";
import {
  labFaults,
  metOnTheWay,
  overcome,
  overcomeByPatience,
  refused,
} from "../lab/faults/table.ts";

test("each fault is made real in the lab, or has a reason why it cannot be", () => {
  const all = [...Object.keys(labFaults), ...Object.keys(notInLab)];
  expect(all.toSorted()).toEqual(Object.keys(sandboxFaultNames).toSorted());
});

test("the lab's suite has a place for each that it makes", () => {
  const placed = [...refused, ...overcome, ...overcomeByPatience, ...metOnTheWay];
  expect(placed.toSorted()).toEqual(Object.keys(labFaults).toSorted());
});

test("the lab's README tells what it cannot have, and nothing else", () => {
  const readme = readFileSync(new URL("../lab/README.md", import.meta.url), "utf8");
  const told = [...readme.matchAll(/^- `([a-z0-9-]+)`: (.*)\.$/gm)];
  expect(told.map(([, fault, reason]) => [fault, reason])).toEqual(Object.entries(notInLab));
});
