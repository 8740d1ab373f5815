import { renameSync, writeFileSync } from "node:fs";
import type { Clock } from "../../ports/world.ts";

/** A bearer token, which is a password: it is only ever written to a private file. */
export interface ClusterToken {
  token: string;
  expiresAt: Date;
}

export interface TokenFileOptions {
  path: string;
  createToken: () => Promise<ClusterToken>;
  clock: Clock;
}

/** EKS takes a token for 15 minutes, and the clocks of both sides may differ. */
const MAX_AGE_MS = 9 * 60_000;
const LEAD_MS = 2 * 60_000;
/** How often the wall clock is looked at: a timer of minutes would sleep along with the laptop. */
const TICK_MS = 15_000;

/**
 * The file that kubectl and helm read the bearer token from. It is replaced as a whole (rename)
 * well before the token ends, and at once after the machine was asleep.
 */
export class TokenFile {
  readonly #options: TokenFileOptions;
  #dueAt = 0;
  #writtenAt = 0;
  #refreshing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: TokenFileOptions) {
    this.#options = options;
  }

  /** Writes the first token and keeps it fresh from then on. */
  async start(): Promise<void> {
    await this.refreshIfDue();
    this.#timer = setInterval(() => {
      // Whoever asks the cluster next refreshes too, and sees why it failed.
      this.refreshIfDue().catch(() => undefined);
    }, TICK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Throws what `createToken` throws. */
  async refreshIfDue(): Promise<void> {
    if (this.#now() >= this.#dueAt) await this.#refreshOnce();
  }

  /** After a 401: `false` when the token is too new for another one to help. */
  async replaceRefused(): Promise<boolean> {
    if (this.#now() - this.#writtenAt < TICK_MS) return false;
    await this.#refreshOnce();
    return true;
  }

  async #refreshOnce(): Promise<void> {
    this.#refreshing ??= this.#refresh();
    try {
      await this.#refreshing;
    } finally {
      this.#refreshing = undefined;
    }
  }

  async #refresh(): Promise<void> {
    const { token, expiresAt } = await this.#options.createToken();
    const next = `${this.#options.path}.next`;
    writeFileSync(next, token, { mode: 0o600 });
    renameSync(next, this.#options.path);
    this.#writtenAt = this.#now();
    this.#dueAt = Math.min(this.#writtenAt + MAX_AGE_MS, expiresAt.getTime() - LEAD_MS);
  }

  #now(): number {
    return this.#options.clock.now().getTime();
  }
}
