import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import pty from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/runner/event.ts";
import { steps } from "../../src/steps/index.ts";
import type { Order } from "./tree-driver.ts";

const NAMES = steps.slice(0, 6);
let directory: string;
let driver: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "gateway-tls-tree-"));
  driver = path.join(directory, "driver.mjs");
  await build({
    entryPoints: [path.join(import.meta.dirname, "tree-driver.ts")],
    outfile: driver,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "error",
    banner: {
      js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
    },
  });
});
afterAll(async () => rm(directory, { recursive: true }));

interface Shown {
  tell(order: Order): void;
  press(key: string): void;
  resize(columns: number, rows: number): void;
  /** Resolves as soon as the screen says so. */
  until(holds: (lines: string[]) => boolean): Promise<string[]>;
  exited: Promise<number>;
  /** Everything that was written, escape codes and all. */
  raw(): string;
}

async function show(columns: number, rows: number): Promise<Shown> {
  const socketPath = path.join(directory, `${columns}x${rows}-${process.hrtime.bigint()}.sock`);
  const server: Server = createServer().listen(socketPath);
  await once(server, "listening");
  const connected = new Promise<Socket>((resolve) => {
    server.once("connection", resolve);
  });
  const screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const child = pty.spawn(process.execPath, [driver, socketPath], { cols: columns, rows });
  const looks = new Set<() => void>();
  let raw = "";
  child.onData((data) => {
    raw += data;
    screen.write(data, () => {
      for (const look of looks) look();
    });
  });
  const socket = await connected;
  const exited = new Promise<number>((resolve) => {
    child.onExit(({ exitCode }) => {
      server.close();
      resolve(exitCode);
    });
  });
  return {
    tell: (order) => socket.write(`${JSON.stringify(order)}\n`),
    press: (key) => {
      child.write(key);
    },
    resize: (width, height) => {
      screen.resize(width, height);
      child.resize(width, height);
    },
    until: async (holds) =>
      new Promise((resolve) => {
        const look = () => {
          const lines = linesOf(screen);
          if (!holds(lines)) return;
          looks.delete(look);
          resolve(lines);
        };
        looks.add(look);
        look();
      }),
    exited,
    raw: () => raw,
  };
}

function linesOf(screen: InstanceType<typeof xterm.Terminal>): string[] {
  const { active } = screen.buffer;
  const all = Array.from({ length: active.length }, (_, index) =>
    (active.getLine(index)?.translateToString(true) ?? "").trimEnd(),
  );
  return all.slice(0, all.findLastIndex((line) => line !== "") + 1);
}

function event(index: number, phase: RunEvent["phase"], at: number, message?: string): Order {
  const step = NAMES[index];
  if (step === undefined) throw new Error(`no step ${index}`);
  const { id, title } = step;
  return { event: { step: id, title, phase, at, ...(message === undefined ? {} : { message }) } };
}

const has = (text: string) => (lines: string[]) => lines.some((line) => line.includes(text));
const isShownCursor = (raw: string) =>
  raw.lastIndexOf("\u001B[?25h") > raw.lastIndexOf("\u001B[?25l");

const LONG =
  "FailedBuildModel: Failed build model due to unable to resolve at least one subnet (0 match VPC and tags: [kubernetes.io/role/elb])";

describe("the tree in a terminal", () => {
  it.each([
    [80, 24],
    [120, 30],
    [40, 6],
  ])("of %i x %i leaves one line for each step and nothing else", async (columns, rows) => {
    const terminal = await show(columns, rows);
    for (const index of NAMES.keys()) terminal.tell(event(index, "pending", 0));
    for (const index of [0, 1, 2]) terminal.tell(event(index, "started", 0));
    terminal.tell(event(0, "current", 10));
    terminal.tell(event(1, "progress", 20, LONG));
    await terminal.until(has("FailedBuildModel"));
    terminal.tell(event(1, "done", 64_000, "1.5.1"));
    terminal.tell(event(2, "progress", 64_000, "making a role"));
    await terminal.until(has("making a role"));
    terminal.tell(event(2, "failed", 65_000, "AccessDenied"));
    terminal.tell({ finish: true });
    const lines = await terminal.until(has("the end"));
    expect(await terminal.exited).toBe(0);
    const wide = columns > 40;
    expect(lines).toEqual([
      wide ? "  = Kept configuration    unchanged" : "  = Kept configu…  unchanged",
      wide ? "  ✓ Gateway API CRDs      1.5.1  1:04" : "  ✓ Gateway API…   1.5.1  1:04",
      wide
        ? "  ✗ ExternalDNS identity  AccessDenied  1:05"
        : "  ✗ ExternalDNS…   AccessDenied  1:05",
      "  · 3 steps not started",
      "the end",
    ]);
    expect(isShownCursor(terminal.raw())).toBe(true);
  });

  it("leaves no ^C and a shown cursor after Ctrl-C", async () => {
    const terminal = await show(80, 24);
    terminal.tell(event(0, "started", 0));
    terminal.tell(event(0, "progress", 5000, "another run holds the lock"));
    await terminal.until(has("another run holds the lock"));
    expect(isShownCursor(terminal.raw())).toBe(false);
    terminal.press("\u0003");
    const lines = await terminal.until(has("the end"));
    await terminal.exited;
    expect(lines).toEqual([
      "  ■ Kept configuration    Stopped by Ctrl-C.  0:05",
      "  · 5 steps not started",
      "the end",
    ]);
    expect(isShownCursor(terminal.raw())).toBe(true);
  });

  it("keeps the end of a line that is as wide as the terminal", async () => {
    const terminal = await show(80, 24);
    terminal.tell(event(0, "started", 0));
    terminal.tell(event(0, "done", 0, `${"x".repeat(200)}!`));
    terminal.tell({ finish: true });
    const [line, ...rest] = await terminal.until(has("the end"));
    await terminal.exited;
    expect(line).toMatch(/^ {2}✓ Kept configuration {4}x+…x+!$/);
    expect(line).toHaveLength(79);
    expect(rest).toEqual(["  · 5 steps not started", "the end"]);
  });

  it("survives a terminal that becomes narrower", async () => {
    const terminal = await show(120, 24);
    terminal.tell(event(0, "started", 0));
    terminal.tell(event(0, "progress", 5000, LONG));
    await terminal.until(has("kubernetes.io/role/elb"));
    terminal.resize(70, 24);
    terminal.tell(event(0, "progress", 5000, "now it is narrow"));
    await terminal.until(has("now it is narrow"));
    terminal.tell(event(0, "done", 5000, "kept"));
    terminal.tell({ finish: true });
    const lines = await terminal.until(has("the end"));
    await terminal.exited;
    expect(lines).toEqual([
      "  ✓ Kept configuration    kept  0:05",
      "  · 5 steps not started",
      "the end",
    ]);
  });
});
