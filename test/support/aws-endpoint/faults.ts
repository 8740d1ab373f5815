import type { AwsFailure, Service } from "./wire.ts";

/**
 * What goes wrong with a request: the first rule that fits it. A rule says at most one of `error`,
 * `fault` and `stale`; with none of them it only counts, or waits.
 */
export interface FaultRule {
  service?: Service;
  action?: string;
  /** Asleep until this action has succeeded once. */
  after?: string;
  /** Lets so many pass first. */
  skip?: number;
  /** Then holds for so many; for all by default. */
  times?: number;
  /** Answered in the service's own format, and nothing is done. */
  error?: AwsFailure;
  headers?: Record<string, string>;
  /**
   * `reset`: the connection breaks before anything is done; `lost`: it is done, and the reply
   * never comes; `cut`: half of the reply comes; `hang`: nothing is done and no reply comes.
   */
  fault?: "reset" | "lost" | "cut" | "hang";
  /** Answers from the account as it was before its last change. */
  stale?: true;
  /** The reply waits for this. */
  until?: Promise<unknown>;
  /** Changes what a reply says. */
  edit?: (body: string) => string;
}

/** Which rule holds for each request, one after the other. */
export class Faults {
  readonly #rules: { rule: FaultRule; seen: number }[] = [];
  readonly #succeeded = new Set<string>();

  add(rule: FaultRule): void {
    this.#rules.push({ rule, seen: 0 });
  }

  succeeded(action: string): void {
    this.#succeeded.add(action);
  }

  take(service: Service, action: string): FaultRule | undefined {
    for (const entry of this.#rules) {
      const { rule } = entry;
      if (!this.#fits(rule, service, action)) continue;
      entry.seen += 1;
      const passed = entry.seen - (rule.skip ?? 0);
      if (passed > 0 && passed <= (rule.times ?? Infinity)) return rule;
    }
    return undefined;
  }

  #fits(rule: FaultRule, service: Service, action: string): boolean {
    return (
      (rule.service === undefined || rule.service === service) &&
      (rule.action === undefined || rule.action === action) &&
      (rule.after === undefined || this.#succeeded.has(rule.after))
    );
  }
}
