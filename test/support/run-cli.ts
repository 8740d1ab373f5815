import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { main, type Io } from "../../src/cli.ts";
import type { Verb } from "../../src/commands/verb.ts";
import type { ExitCode } from "../../src/errors.ts";

export interface Ran {
  exitCode: ExitCode;
  stdout: string;
  stderr: string;
}

/** `main` in this process, without a terminal unless it is said to have one, in an empty directory unless one is given. */
export async function runCli(
  argv: readonly string[],
  options: {
    env?: NodeJS.ProcessEnv;
    cwd?: string;
    verbs?: readonly Verb[];
    isTTY?: boolean;
  } = {},
): Promise<Ran> {
  const { env = {}, isTTY = false, cwd = makeDirectory(), verbs } = options;
  const texts = { stdout: "", stderr: "" };
  const io: Io = {
    // A stream without a terminal has what the program uses of one.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    stdin: Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.ReadStream,
    stdout: collect((text) => (texts.stdout += text)),
    stderr: Object.assign(
      collect((text) => (texts.stderr += text)),
      { isTTY },
    ),
    env,
    cwd,
  };
  const exitCode = await main(argv, io, ...(verbs === undefined ? [] : [verbs]));
  return { exitCode, ...texts };
}

const made: string[] = [];

/** An empty one, gone with the process. */
function makeDirectory(): string {
  if (made.length === 0) {
    process.once("exit", () => {
      for (const directory of made) rmSync(directory, { recursive: true, force: true });
    });
  }
  const directory = mkdtempSync(join(tmpdir(), "gateway-tls-cli-"));
  made.push(directory);
  return directory;
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
