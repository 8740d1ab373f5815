import { spawn } from "node:child_process";
import { LabError } from "../error.ts";

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  input?: string;
}

/** Runs a program to its end and returns its standard output; throws with its last lines. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const output = Buffer.concat(out).toString();
  if (code === 0) return output;
  const said = lastLines(`${output}\n${Buffer.concat(err).toString()}`, 12);
  throw new LabError(`${command} ${args.slice(0, 3).join(" ")} failed (exit ${code}):\n${said}`);
}

/** The end of a log, indented. */
export function lastLines(text: string, count: number): string {
  const lines = text.trim().split("\n").slice(-count);
  return lines.map((line) => `  ${line}`).join("\n");
}
