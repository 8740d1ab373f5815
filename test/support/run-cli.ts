import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { main, type Io } from "../../src/cli.ts";
import type { Verb } from "../../src/commands/verbs.ts";
import type { ExitCode } from "../../src/errors.ts";

export interface Ran {
  exitCode: ExitCode;
  stdout: string;
  stderr: string;
}

/** `main` in this process, without a terminal, in an empty directory unless one is given. */
export async function runCli(
  argv: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; verbs?: readonly Verb[] } = {},
): Promise<Ran> {
  const { env = {}, cwd = mkdtempSync(join(tmpdir(), "gateway-tls-cli-")), verbs } = options;
  const texts = { stdout: "", stderr: "" };
  const io: Io = {
    // A stream without a terminal has what the program uses of one.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    stdin: new PassThrough() as unknown as NodeJS.ReadStream,
    stdout: collect((text) => (texts.stdout += text)),
    stderr: collect((text) => (texts.stderr += text)),
    env,
    cwd,
  };
  const exitCode = await main(argv, io, ...(verbs === undefined ? [] : [verbs]));
  return { exitCode, ...texts };
}

function collect(add: (text: string) => void): NodeJS.WriteStream {
  const stream = new PassThrough();
  stream.on("data", (chunk: Buffer) => {
    add(chunk.toString());
  });
  // A stream without a terminal has what the program uses of one.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return stream as unknown as NodeJS.WriteStream;
}
