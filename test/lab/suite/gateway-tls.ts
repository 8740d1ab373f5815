import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { findRepository } from "../build/cache.ts";
import { type HelmMajor, writeEnvironment } from "../environment.ts";
import type { Lab } from "../lab.ts";

const ResultDocument = v.object({
  result: v.string(),
  error: v.nullable(
    v.object({ code: v.string(), message: v.string(), hint: v.nullish(v.string()) }),
  ),
  writes: v.number(),
  plan: v.array(v.looseObject({ kind: v.string(), name: v.string(), intent: v.string() })),
});

export interface Finished {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  helm?: HelmMajor;
  /** Beside or over the lab's own. */
  env?: Record<string, string>;
  /** Told of each line of progress; to act in the middle of a run. */
  onLine?: (line: string, child: ChildProcess) => void;
}

export const INIT = ["init", "--domain=lab.example", "--email=ops@lab.example", "--yes"];

/** A run's home, and where it keeps files for as long as it takes: short, for there is a socket there. */
export const placesOf = ({ folder }: Lab) => ({
  home: join(folder, "home"),
  temporary: join(folder, "t"),
});

/** `gateway-tls` as a user runs it: the built program, in a process of its own, in the lab. */
export async function runGatewayTls(
  lab: Lab,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const { env } = writeEnvironment(lab, options.helm ?? 4);
  const { home, temporary } = placesOf(lab);
  for (const place of [home, temporary]) mkdirSync(place, { recursive: true });
  const child = spawn(process.execPath, [join(findRepository(), "bin/gateway-tls.js"), ...args], {
    cwd: home,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      HOME: home,
      TMPDIR: temporary,
      NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"),
      CI: "true",
      ...env,
      ...options.env,
    },
  });
  const out: string[] = [];
  const err: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => out.push(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err.push(text);
    for (const line of text.split("\n")) options.onLine?.(line, child);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode, signal) =>
      resolve({ exitCode, signal, stdout: out.join(""), stderr: err.join("") }),
    );
  });
}

/** `init` with what the lab prints, its outcome as the JSON document. */
export function runInit(lab: Lab, args: readonly string[], options: RunOptions = {}) {
  const { options: given } = writeEnvironment(lab, options.helm ?? 4);
  return runForDocument(lab, [...INIT, ...given, ...args], options);
}

/** What every later command needs to be told of the lab: which cluster, and how to see its names. */
export function accessTo(lab: Lab): string[] {
  const needed = /^--(?:region|cluster|dns-server|trust-ca)=/;
  return writeEnvironment(lab).options.filter((option) => needed.test(option));
}

/** Any later command that asks nothing, its outcome as the JSON document. */
export function runVerb(lab: Lab, args: readonly string[], options: RunOptions = {}) {
  return runForDocument(lab, [...args, ...accessTo(lab), "--yes"], options);
}

async function runForDocument(lab: Lab, args: readonly string[], options: RunOptions) {
  const finished = await runGatewayTls(lab, [...args, "--output=json"], options);
  const document = v.safeParse(ResultDocument, parseJson(finished.stdout));
  if (!document.success) {
    const code = finished.exitCode ?? finished.signal;
    throw new Error(`${args[0]} printed no result (exit ${code}):\n${finished.stderr}`);
  }
  return { ...finished, document: document.output };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
