import type { AwsFailure, AwsRequest } from "./request.ts";

/** What the proxy does to some calls instead of, or beside, passing them on. */
export interface Rule {
  service?: string;
  action?: string;
  match?: (request: AwsRequest) => boolean;
  /** How many calls it takes; all of them when left out. */
  times?: number;
  /** How many it lets pass first. */
  skip?: number;
  delayMs?: number;
  /** Answer with this failure. */
  error?: AwsFailure;
  /**
   * `reset`: the connection breaks before the endpoint sees the call. `lost`: the endpoint does
   * it, and the answer is lost. `cut`: half an answer. `hang`: no answer, ever.
   */
  fault?: "reset" | "lost" | "cut" | "hang";
}

/** The rules in force, each with the calls it has met. */
export class Rules {
  readonly #rules: { rule: Rule; met: number }[] = [];

  /** Returns what takes it away again. */
  add(rule: Rule): () => void {
    const entry = { rule, met: 0 };
    this.#rules.push(entry);
    return () => {
      const index = this.#rules.indexOf(entry);
      if (index >= 0) this.#rules.splice(index, 1);
    };
  }

  clear(): void {
    this.#rules.length = 0;
  }

  find(request: AwsRequest): Rule | undefined {
    for (const entry of this.#rules) {
      const { rule } = entry;
      const { service, action, match, skip = 0, times = Infinity } = rule;
      if (service !== undefined && service !== request.service) continue;
      if (action !== undefined && action !== request.action) continue;
      if (match?.(request) === false) continue;
      entry.met += 1;
      if (entry.met > skip && entry.met <= skip + times) return rule;
    }
    return undefined;
  }
}
