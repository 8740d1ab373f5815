import type { Readable } from "node:stream";
import { Cancelled, UserError } from "../../errors.ts";
import type { ChildRegistry, Program } from "./children.ts";
import { signalProcess } from "./process-identity.ts";

/** How a child ended: without an exit code if a signal ended it. */
export interface Finished {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
  /** Asked to stop by us before it ended. */
  interrupted: boolean;
}

export interface RunOptions {
  /** For its standard input. */
  input?: string;
  /** On abort the child gets one SIGINT and is awaited. */
  signal?: AbortSignal;
  /** How long it may take to end after SIGINT before its group is killed. */
  graceMs: number;
}

/** A child that runs until it is told to end. */
export interface Started {
  /** The child has printed `text` on its standard output; rejects when it ends before. */
  printed: (text: string) => Promise<void>;
  /** When it has ended, for whatever reason. */
  ended: Promise<Finished>;
  end: () => Promise<void>;
}

interface Live {
  /** Started to stay: what runs to an end may need it until then. */
  stays: boolean;
  ended: Promise<unknown>;
  interrupt: () => void;
}

/**
 * Starts kubectl and helm, each in a process group of its own: Ctrl-C in a terminal goes to the
 * whole foreground group, and a helm that is hit twice leaves its release pending.
 */
export class ChildProcesses {
  readonly #registry: ChildRegistry;
  readonly #env: NodeJS.ProcessEnv;
  readonly #live = new Map<number, Live>();

  constructor(registry: ChildRegistry, env: NodeJS.ProcessEnv) {
    this.#registry = registry;
    this.#env = env;
  }

  /** Runs to the end; a non-zero exit is a value. Throws GT-KUBECTL-MISSING, GT-HELM-MISSING. */
  async run(program: Program, args: readonly string[], options: RunOptions): Promise<Finished> {
    if (isAborted(options.signal)) throw new Cancelled();
    const { ended, interrupt } = await this.#spawn(program, args, options, false);
    options.signal?.addEventListener("abort", interrupt, { once: true });
    if (isAborted(options.signal)) interrupt();
    try {
      return await ended;
    } finally {
      options.signal?.removeEventListener("abort", interrupt);
    }
  }

  /** Starts a child that is to stay. Throws as `run`. */
  async start(program: Program, args: readonly string[], graceMs: number): Promise<Started> {
    const { child, ended, interrupt } = await this.#spawn(program, args, { graceMs }, true);
    return {
      ended,
      printed: (text) => waitForText(child.stdout, text, ended),
      end: async () => {
        interrupt();
        await ended;
      },
    };
  }

  /** Interrupts what still runs and awaits it, what was started to stay last; may be repeated. */
  async end(): Promise<void> {
    for (const stays of [false, true]) {
      const live = [...this.#live.values()].filter((one) => one.stays === stays);
      for (const { interrupt } of live) interrupt();
      await Promise.all(live.map(({ ended }) => ended));
    }
  }

  /** For the exit of our own process, which cannot wait. */
  killNow(): void {
    for (const pid of this.#live.keys()) {
      signalProcess(pid, "SIGKILL", true);
      this.#registry.removeChild(pid);
    }
  }

  async #spawn(
    program: Program,
    args: readonly string[],
    { input, graceMs }: RunOptions,
    stays: boolean,
  ) {
    const { execa } = await import("execa");
    const child = execa(program, args, {
      ...(input === undefined ? { stdin: "ignore" as const } : { input }),
      env: this.#env,
      extendEnv: false,
      detached: true,
      cleanup: false,
      reject: false,
    });
    const { pid } = child;
    if (pid === undefined) throw missing(program, (await child).cause);
    const interruption = new Interruption(pid, graceMs);
    const finish = async (): Promise<Finished> => {
      const { exitCode, stdout, stderr } = await child;
      const interrupted = interruption.end();
      this.#live.delete(pid);
      this.#registry.removeChild(pid);
      return { exitCode, stdout: textOf(stdout), stderr: textOf(stderr), interrupted };
    };
    const ended = finish();
    const interrupt = (): void => {
      interruption.begin();
    };
    this.#live.set(pid, { stays, ended, interrupt });
    this.#registry.addChild(pid, program);
    return { child, ended, interrupt };
  }
}

/** One SIGINT, and SIGKILL for the whole group if that was not heeded. */
class Interruption {
  readonly #pid: number;
  readonly #graceMs: number;
  #killing: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(pid: number, graceMs: number) {
    this.#pid = pid;
    this.#graceMs = graceMs;
  }

  begin(): void {
    if (this.#killing !== undefined || this.#ended) return;
    signalProcess(this.#pid, "SIGINT");
    this.#killing = setTimeout(() => {
      signalProcess(this.#pid, "SIGKILL", true);
    }, this.#graceMs);
  }

  /** The child has ended; `true` when it had been asked to. */
  end(): boolean {
    clearTimeout(this.#killing);
    this.#ended = true;
    return this.#killing !== undefined;
  }
}

// A function, or the compiler takes the first answer for the second too.
const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;

const textOf = (output: unknown): string => (typeof output === "string" ? output : "");

function missing(program: Program, cause: unknown): UserError {
  return new UserError(
    program === "kubectl" ? "GT-KUBECTL-MISSING" : "GT-HELM-MISSING",
    `${program} could not be started: it is not on the PATH, or is not executable.`,
    {
      cause,
      hint:
        program === "kubectl"
          ? "Install kubectl: https://kubernetes.io/docs/tasks/tools/"
          : "Install helm 3.14 or newer: https://helm.sh/docs/intro/install/",
    },
  );
}

async function waitForText(
  stdout: Readable,
  text: string,
  ended: Promise<Finished>,
): Promise<void> {
  const found = new Promise<void>((resolve) => {
    let seen = "";
    stdout.on("data", (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen.includes(text)) resolve();
    });
  });
  const endedBefore = async (): Promise<never> => {
    const { stderr, exitCode } = await ended;
    throw new Error(stderr === "" ? `it ended with exit code ${exitCode}` : stderr);
  };
  await Promise.race([found, endedBefore()]);
}
