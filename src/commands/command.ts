import type { RunOptions } from "../config/config.ts";
import type { Flags } from "../config/settings.ts";
import type { ExitCode } from "../errors.ts";
import type { Templates } from "../plan/template.ts";
import type { Terminal } from "../ports/terminal.ts";
import type { World } from "../ports/world.ts";

/** Where a command reads and writes: the process's own streams, or a test's. */
export interface Io {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  env: NodeJS.ProcessEnv;
  cwd: string;
}

/** What the composition root hands to a command. */
export interface CommandInput {
  /** As typed, by setting; nothing parsed or merged yet. */
  flags: Flags;
  /** What stands behind the verb: host names. */
  names: readonly string[];
  io: Io;
  /** Aborts on Ctrl-C, SIGTERM and SIGHUP. */
  signal: AbortSignal;
  terminal: Terminal;
  /** The region that AWS is configured with. */
  findRegion: (profile: string | undefined) => Promise<string | undefined>;
  createWorld: (options: RunOptions, region: string | undefined) => Promise<World>;
  loadTemplates: () => Promise<Templates>;
}

/** One verb: reads options, calls a use case, hands its result to the views. */
export type Command = (input: CommandInput) => Promise<ExitCode>;
