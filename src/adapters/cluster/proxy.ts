import { rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../errors.ts";
import type { ChildProcesses, Started } from "./child-processes.ts";
import { findClusterFailure } from "./classify.ts";
import { firstLine } from "./failure-texts.ts";
import { kubectlFlags, type Target } from "./kubeconfig.ts";

const GRACE_MS = 2000;

/**
 * The one child that all reading goes through: `kubectl proxy` on a socket in a private directory.
 * It starts even where the cluster is dead, and then says why in its answers.
 */
export class ClusterProxy {
  readonly #children: ChildProcesses;
  readonly #target: Target;
  readonly #socket: string;
  #running: Promise<Started> | undefined;

  constructor(children: ChildProcesses, target: Target, directory: string) {
    this.#children = children;
    this.#target = target;
    this.#socket = join(directory, "s");
  }

  /** The path of its socket; starts it, also again if it has ended. */
  async socketPath(): Promise<string> {
    this.#running ??= this.#start();
    await this.#running;
    return this.#socket;
  }

  async #start(): Promise<Started> {
    rmSync(this.#socket, { force: true });
    const args = ["proxy", `--unix-socket=${this.#socket}`, ...kubectlFlags(this.#target)];
    try {
      const started = await this.#children.start("kubectl", args, GRACE_MS);
      void this.#forgetWhenEnded(started);
      await started.printed("Starting to serve");
      return started;
    } catch (error) {
      this.#running = undefined;
      throw this.#explain(error);
    }
  }

  async #forgetWhenEnded(started: Started): Promise<void> {
    await started.ended;
    this.#running = undefined;
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
