import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/runner/event.ts";
import { steps } from "../../src/steps/index.ts";
import { Board } from "../../src/ui/board.ts";
import { type Frame, renderTree } from "../../src/ui/tree-lines.ts";
import { widthOf } from "../../src/ui/text.ts";
import { ascii80, plain80 } from "./fixtures.ts";

const frame: Frame = { now: 64_000, spinner: "*", rows: 40, ended: false };

const shown = steps.filter(({ id }) =>
  ["kept-config", "gateway-api-crds", "cert-manager", "load-balancer", "handshake"].includes(id),
);

type Told = [step: RunEvent["step"], phase: RunEvent["phase"], at: number, message?: string];

function boardOf(...events: Told[]): Board {
  const board = new Board(shown);
  for (const [step, phase, at, message] of events) {
    const title = shown.find(({ id }) => id === step)?.title ?? step;
    board.note({ step, title, phase, at, ...(message === undefined ? {} : { message }) });
  }
  return board;
}

const running: Told[] = [
  ["kept-config", "started", 0],
  ["kept-config", "current", 10],
  ["gateway-api-crds", "started", 0],
  ["gateway-api-crds", "done", 3000, "1.5.1"],
  ["cert-manager", "started", 3000],
  ["cert-manager", "retrying", 9000, "waiting for the webhook"],
  ["load-balancer", "started", 0],
  [
    "load-balancer",
    "progress",
    5000,
    "FailedBuildModel: unable to resolve at least one subnet (0 match VPC and tags: [kubernetes.io/role/elb])",
  ],
];

describe("the tree", () => {
  it("shows each step with what it waits for and since when", () => {
    expect(renderTree(boardOf(...running), plain80, frame)).toEqual([
      "  = Kept configuration  unchanged",
      "  ✓ Gateway API CRDs    1.5.1  0:03",
      "  * cert-manager        waiting for the webhook  1:01",
      "  * Load balancer       FailedBuildModel: unable to resolve at least one  1:04",
      "                        subnet (0 match VPC and tags:",
      "                        [kubernetes.io/role/elb])",
      "  · TLS handshake",
    ]);
  });

  it("has one line for each step once all is over", () => {
    const board = boardOf(
      ...running,
      ["cert-manager", "cancelled", 60_000, "Stopped by Ctrl-C."],
      ["load-balancer", "failed", 64_000, "The load balancer's address did not come within 600 s."],
    );
    expect(renderTree(board, ascii80, { ...frame, ended: true })).toEqual([
      "  = Kept configuration  unchanged",
      "  + Gateway API CRDs    1.5.1  0:03",
      "  - cert-manager        Stopped by Ctrl-C.  0:57",
      "  x Load balancer       The load balancer's address did not come within...  1:04",
      "  . 1 step not started",
    ]);
  });

  it("keeps both ends of an address", () => {
    const address = "k8s-gatewayt-gatewayt-0123456789-0123456789abcdef.elb.eu-west-1.amazonaws.com";
    const board = boardOf(
      ["load-balancer", "started", 0],
      ["load-balancer", "done", 64_000, address],
    );
    expect(renderTree(board, plain80, { ...frame, ended: true })[0]).toBe(
      "  ✓ Load balancer       k8s-gatewayt-gatewayt-012….eu-west-1.amazonaws.com  1:04",
    );
  });

  it("folds finished and waiting steps where the terminal is low", () => {
    expect(renderTree(boardOf(...running), plain80, { ...frame, rows: 4 })).toEqual([
      "  ✓ 2 steps done",
      "  * cert-manager        waiting for the webhook  1:01",
      "  * Load balancer       FailedBuildModel: unable to resolve at least one…  1:04",
      "  · TLS handshake",
    ]);
    expect(renderTree(boardOf(...running), plain80, { ...frame, rows: 3 })[2]).toBe(
      "  · 2 more steps",
    );
  });

  it("colours marks only when asked to", () => {
    const coloured = renderTree(boardOf(...running), { ...plain80, color: true }, frame);
    expect(coloured[1]).toContain("\u001B[32m✓\u001B[39m");
    expect(coloured.map((line) => stripVTControlCharacters(line))).toEqual(
      renderTree(boardOf(...running), plain80, frame),
    );
  });

  it("never has a line that is too wide, nor too many lines", () => {
    const event = fc.record({
      step: fc.constantFrom(...steps.map(({ id }) => id)),
      title: fc.string({ unit: "grapheme", maxLength: 40 }),
      phase: fc.constantFrom<RunEvent["phase"]>("started", "progress", "done", "failed", "current"),
      at: fc.integer({ min: 0, max: 10_000_000 }),
      message: fc.string({ unit: "grapheme", maxLength: 300 }),
    });
    const space = fc.record({
      columns: fc.integer({ min: 10, max: 200 }),
      rows: fc.integer({ min: 1, max: 50 }),
      color: fc.boolean(),
      unicode: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), space, (events, { rows, ...screen }) => {
        const board = new Board(steps);
        for (const told of events) board.note(told);
        const lines = renderTree(board, screen, { ...frame, now: 10_000_000, rows });
        expect(lines.length).toBeLessThanOrEqual(rows);
        for (const line of lines) {
          expect(widthOf(stripVTControlCharacters(line))).toBeLessThanOrEqual(screen.columns);
        }
      }),
    );
  });
});
