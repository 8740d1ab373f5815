import { setTimeout as after } from "node:timers/promises";
import { Cancelled, UserError } from "../../errors.ts";
import { kinds } from "../../kinds.ts";
import type { KubernetesObject } from "../../ports/kubernetes.ts";
import type { ApiClient } from "./api-client.ts";
import { classifyClusterText } from "./classify.ts";
import { findServedKind } from "./discovery.ts";
import { parseStatusMessage } from "./objects.ts";
import { resourcePath, withQuery } from "./resource-path.ts";

/** Who we are among the managers of a field. */
export const FIELD_MANAGER = "gateway-tls";
/** Hides the way to the API server, and is little of what it takes at once of one caller. */
const AT_ONCE = 8;
const GRACE_MS = 10_000;

/** Whether an object was written, why not, or that it was not begun with. */
type Outcome = "applied" | "left" | UserError;

/**
 * Server-side applies, sent as `kubectl apply --server-side` sends them, but without its question
 * for the group's OpenAPI document, which the API server builds anew, for seconds, whenever a CRD
 * has changed (kubectl, QueryParamVerifierV3 of cli-runtime, pkg/resource).
 */
export class Applies {
  readonly #running = new Set<Promise<unknown>>();
  #ended = false;

  /**
   * Namespaces first, then the rest side by side. Goes on behind an object that fails; the first
   * failure that waiting would not mend is what is told, with what was written all the same.
   * Throws Cancelled when it was ended.
   */
  async run(client: ApiClient, objects: readonly KubernetesObject[]): Promise<void> {
    const outcomes = new Map<KubernetesObject, Outcome>();
    for (const wave of [objects.filter(isFirst), objects.filter((one) => !isFirst(one))]) {
      const queue = [...wave];
      const work = async (): Promise<void> => {
        for (let object = queue.shift(); object !== undefined; object = queue.shift()) {
          outcomes.set(object, this.#ended ? "left" : await this.#track(client, object));
        }
      };
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, wave.length) }, work));
      // What is in a namespace that could not be made would only say that the namespace is missing.
      if ([...outcomes.values()].some((outcome) => outcome instanceof UserError)) break;
    }
    tell(objects.map((object) => ({ object, outcome: outcomes.get(object) ?? "left" })));
  }

  /** Nothing more is begun; what is on its way is awaited, for ten seconds. */
  async end(): Promise<void> {
    this.#ended = true;
    if (this.#running.size === 0) return;
    const grace = after(GRACE_MS, undefined, { ref: false });
    await Promise.race([Promise.all(this.#running), grace]);
  }

  async #track(client: ApiClient, object: KubernetesObject): Promise<Outcome> {
    const applied = applyOne(client, object).then(
      () => "applied" as const,
      (error: unknown) => {
        if (error instanceof UserError) return error;
        throw error;
      },
    );
    const settled = applied.catch(() => undefined);
    this.#running.add(settled);
    try {
      return await applied;
    } finally {
      this.#running.delete(settled);
    }
  }
}

const isFirst = ({ kind }: KubernetesObject): boolean => kind === kinds.Namespace.kind;

async function applyOne(client: ApiClient, object: KubernetesObject): Promise<void> {
  const what = `Applying ${describe(object)}`;
  const { namespace, name } = object.metadata;
  const kind = await findServedKind(client, object);
  if (kind === undefined) throw notServed(client, object, what);
  const query = { fieldManager: FIELD_MANAGER, fieldValidation: "Strict", force: "false" };
  const answer = await client.send({
    method: "PATCH",
    path: withQuery(resourcePath(kind, namespace, name), query),
    contentType: "application/apply-patch+yaml",
    body: object,
    idempotent: true,
    what,
  });
  if (answer.status < 300) return;
  const isNamed = / "[^"]+" not found/.test(parseStatusMessage(answer.text));
  if (answer.status === 404 && !isNamed) throw notServed(client, object, what);
  throw client.failure(answer, what);
}

/** In kubectl's words: the API server answers a kind that it does not know with no more than 404. */
function notServed(client: ApiClient, object: KubernetesObject, what: string): UserError {
  const text = `no matches for kind "${object.kind}" in version "${object.apiVersion}"`;
  return classifyClusterText(text, client.server, what);
}

function tell(all: readonly { object: KubernetesObject; outcome: Outcome }[]): void {
  const written = all.flatMap(({ object, outcome }) =>
    outcome === "applied" ? [`applied ${describe(object)}`] : [],
  );
  const failures = all.flatMap(({ object, outcome }) =>
    outcome instanceof UserError ? [{ object, error: outcome }] : [],
  );
  const failure = failures.find(({ error }) => error.retry === undefined) ?? failures[0];
  if (failure !== undefined) throw telling(failure.object, written, failure.error);
  if (written.length < all.length) throw new Cancelled(undefined, { written });
}

/** Failures whose words leave out which object it was. */
const ABOUT_OBJECTS = new Set(["GT-FIELD-CONFLICT", "GT-OBJECT-INVALID", "GT-ADMISSION-DENIED"]);

/** The same error, with what failed in its words where they leave it out, and what did not. */
function telling(
  object: KubernetesObject,
  written: readonly string[],
  { code, message, hint, cause, retry, exitCode }: UserError,
): UserError {
  const words = ABOUT_OBJECTS.has(code) ? `${describe(object)}: ${message}` : message;
  return new UserError(code, words, {
    cause,
    written,
    exitCode,
    ...(hint === undefined ? {} : { hint }),
    ...(retry === undefined ? {} : { retry }),
  });
}

/** `Gateway web/edge`. */
function describe({ kind, metadata: { namespace, name } }: KubernetesObject): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}
