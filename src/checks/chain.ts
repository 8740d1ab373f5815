import type { ErrorCode } from "../errors.ts";
import type { Fact } from "../facts/fact.ts";
import type { HostSight, StatusFacts } from "../facts/status-facts.ts";
import type { Survey, Target } from "../facts/survey.ts";

/** A link's permanent name; the JSON document of status has it. */
export type LinkId =
  | "installation"
  | "crds"
  | "external-dns"
  | "external-dns-identity"
  | "external-dns-scope"
  | "gateway-controller"
  | "gateway-class"
  | "gateway"
  | "load-balancer"
  | "listener"
  | "https-listener"
  | "route"
  | "backend"
  | "delegation"
  | "caa"
  | "record"
  | "cert-manager"
  | "issuer"
  | "certificate-requested"
  | "request"
  | "order"
  | "challenge"
  | "certificate"
  | "secret"
  | "served-certificate"
  | "http";

/** What a link looks at: facts only, and one host of them. */
export interface LinkInput {
  survey: Survey;
  facts: StatusFacts;
  target: Target;
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
  /** Why this matters, where it is not what the link says of itself. */
  why?: string;
}

/** What a verdict may tell beside its code and its reason. */
export type More = Pick<LinkVerdict, "hint" | "since" | "object" | "why">;

/** One hop of the way from the installation to the handshake, declared as data. */
export interface Link {
  id: LinkId;
  /** A positive sentence without a full stop. */
  title: string;
  /** What breaks where it is not so: one sentence. */
  why: string;
  /** What depends on a link that is broken or on its way is not checked; on one not seen, it is. */
  after: readonly LinkId[];
  /** Not checked behind one of these that is broken; behind one on its way, it is. */
  unless?: readonly LinkId[];
  evaluate: (input: LinkInput) => LinkVerdict;
}

/** A link with its verdict; `not-checked` names the link that it waits for as its reason. */
export interface LinkResult extends Omit<LinkVerdict, "state"> {
  id: LinkId;
  title: string;
  why: string;
  state: LinkVerdict["state"] | "not-checked";
}

/** Evaluates the links of one host, in the order given: each comes after those it names. */
export function runChain(links: readonly Link[], input: LinkInput): LinkResult[] {
  const results: LinkResult[] = [];
  for (const { id, title, why, after, unless = [], evaluate } of links) {
    const blocker = results.find(
      (one) =>
        (after.includes(one.id) && one.state !== "ok" && isBlocking(one)) ||
        (unless.includes(one.id) && one.state !== "waiting" && isBlocking(one)),
    );
    const verdict =
      blocker === undefined
        ? evaluate(input)
        : { state: "not-checked" as const, reason: `needs "${blocker.title}"` };
    results.push({ id, title, why, ...verdict });
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

/** The first verdict that is not ok, or the last: rules of one link, most telling first. */
export function firstTrouble(...rules: readonly (() => LinkVerdict | undefined)[]): LinkVerdict {
  let last: LinkVerdict = { state: "ok" };
  for (const rule of rules) {
    const verdict = rule();
    if (verdict === undefined) continue;
    if (verdict.state !== "ok") return verdict;
    last = verdict;
  }
  return last;
}

/** Something broken: code, what was seen, and one action. */
export function broken(code: ErrorCode, reason: string, more: More = {}): LinkVerdict {
  return { state: "failed", code, reason, ...more };
}

/** Works now, and will not for long, or not for everybody. */
export function risky(code: ErrorCode, reason: string, more: More = {}): LinkVerdict {
  return { state: "warning", code, reason, ...more };
}

/** On its way, without anybody doing anything. */
export function onItsWay(reason: string, more: More = {}): LinkVerdict {
  return { state: "waiting", reason, ...more };
}

/** `Gateway gateway-tls/gateway-tls`. */
export function nameObject(kind: string, metadata: { name: string; namespace?: string }): string {
  return metadata.namespace === undefined
    ? `${kind} ${metadata.name}`
    : `${kind} ${metadata.namespace}/${metadata.name}`;
}

/** `kubectl describe httproute web --namespace shop`, for what `nameObject` gives. */
export function describeCommand(object: string): string {
  const [kind = "", place = ""] = object.split(" ");
  const [namespace, name] = place.includes("/") ? place.split("/") : [undefined, place];
  const at = namespace === undefined ? "" : ` --namespace ${namespace}`;
  return `kubectl describe ${kind.toLowerCase()} ${name ?? ""}${at}`;
}
