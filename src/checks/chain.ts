import type { Config, Host } from "../config/config.ts";
import type { ErrorCode } from "../errors.ts";
import type { Fact } from "../facts/fact.ts";
import type { HostSight, StatusFacts } from "../facts/status-facts.ts";
import type { Names } from "../plan/names.ts";
import type { VersionSet } from "../plan/version-sets.ts";

export type LinkId =
  | "installation"
  | "crds"
  | "external-dns"
  | "gateway-controller"
  | "gateway"
  | "listener"
  | "route"
  | "delegation"
  | "record"
  | "issuer"
  | "certificate"
  | "served-certificate";

/** What a link looks at: facts only, and one host of them. */
export interface LinkInput {
  config: Config;
  names: Names;
  versions: VersionSet;
  facts: StatusFacts;
  host: Host;
  sight: HostSight;
}

/** `reason`: what was seen, in the object's own words where it has some. */
export interface LinkVerdict {
  state: "ok" | "waiting" | "warning" | "failed" | "unknown";
  reason?: string | undefined;
  /** ISO 8601: since when it is so. */
  since?: string | undefined;
  /** `Kind namespace/name`. */
  object?: string | undefined;
  code?: ErrorCode;
  /** One action. */
  hint?: string | undefined;
}

/** One hop of the way from the installation to the handshake, declared as data. */
export interface Link {
  id: LinkId;
  title: string;
  /** What depends on a link that is not well is not checked; on one not seen, it still is. */
  after: readonly LinkId[];
  evaluate: (input: LinkInput) => LinkVerdict;
}

export interface LinkResult extends Omit<LinkVerdict, "state"> {
  id: LinkId;
  title: string;
  state: LinkVerdict["state"] | "not-checked";
}

/** Evaluates the links of one host, in the order given: each comes after those it names. */
export function runChain(links: readonly Link[], input: LinkInput): LinkResult[] {
  const results: LinkResult[] = [];
  for (const { id, title, after, evaluate } of links) {
    const blocker = results.find((one) => after.includes(one.id) && isBlocking(one));
    const verdict =
      blocker === undefined
        ? evaluate(input)
        : { state: "not-checked" as const, reason: `needs "${blocker.title}"` };
    results.push({ id, title, ...verdict });
  }
  return results;
}

function isBlocking({ state }: LinkResult): boolean {
  return state === "failed" || state === "waiting" || state === "not-checked";
}

/** Judges what was read; what was not is unknown, with the reader's reason. */
export function judgeSeen<T>(fact: Fact<T>, evaluate: (value: T) => LinkVerdict): LinkVerdict {
  if (fact.known) return evaluate(fact.value);
  const { code, hint } = fact.error;
  return { state: "unknown", reason: fact.reason, code, hint };
}

/** Something broken: code, what was seen, and one action. */
export function broken(
  code: ErrorCode,
  reason: string,
  more: Pick<LinkVerdict, "hint" | "since" | "object"> = {},
): LinkVerdict {
  return { state: "failed", code, reason, ...more };
}

/** On its way, without anybody doing anything. */
export function onItsWay(
  reason: string,
  more: Pick<LinkVerdict, "hint" | "since" | "object"> = {},
): LinkVerdict {
  return { state: "waiting", reason, ...more };
}

/** `Gateway gateway-tls/gateway-tls`. */
export function nameObject(kind: string, metadata: { name: string; namespace?: string }): string {
  return metadata.namespace === undefined
    ? `${kind} ${metadata.name}`
    : `${kind} ${metadata.namespace}/${metadata.name}`;
}
