import { join } from "node:path";
import { UserError } from "../../errors.ts";
import type { ChildProcesses, Started } from "./child-processes.ts";
import { findClusterFailure } from "./classify.ts";
import { firstLine } from "./failure-texts.ts";
import { kubectlFlags, type Target } from "./kubeconfig.ts";

const GRACE_MS = 2000;

interface Running {
  socket: string;
  started: Started;
}

/**
 * The one child that all reading goes through: `kubectl proxy` on a socket in a private directory.
 * It starts even where the cluster is dead, and then says why in its answers.
 */
export class ClusterProxy {
  readonly #children: ChildProcesses;
  readonly #target: Target;
  readonly #directory: string;
  #starts = 0;
  #running: Promise<Running> | undefined;

  constructor(children: ChildProcesses, target: Target, directory: string) {
    this.#children = children;
    this.#target = target;
    this.#directory = directory;
  }

  /** The path of its socket; starts it, also again if it has ended. */
  async socketPath(): Promise<string> {
    this.#running ??= this.#start();
    const { socket } = await this.#running;
    return socket;
  }

  /** Nobody listens on that socket: the next `socketPath` is another. */
  async giveUp(socket: string): Promise<void> {
    const running = await this.#running?.catch(() => undefined);
    if (running?.socket !== socket) return;
    this.#running = undefined;
    await running.started.end();
  }

  async #start(): Promise<Running> {
    this.#starts += 1;
    const socket = join(this.#directory, `s${this.#starts}`);
    const args = ["proxy", `--unix-socket=${socket}`, ...kubectlFlags(this.#target)];
    try {
      const started = await this.#children.start("kubectl", args, GRACE_MS);
      await started.printed("Starting to serve");
      return { socket, started };
    } catch (error) {
      this.#running = undefined;
      throw this.#explain(error);
    }
  }

  #explain(error: unknown): unknown {
    if (error instanceof UserError) return error;
    const text = error instanceof Error ? error.message : String(error);
    return (
      findClusterFailure(text, this.#target.server) ??
      new UserError("GT-KUBECTL-FAILED", `\`kubectl proxy\` did not start: ${firstLine(text)}.`, {
        cause: error,
        hint: "Try it by hand: kubectl proxy --port=0",
      })
    );
  }
}
