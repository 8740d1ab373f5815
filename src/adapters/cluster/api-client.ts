import { Agent, type IncomingMessage, request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../errors.ts";
import { classifyAnswer } from "./classify.ts";
import { retryFor } from "./failure-texts.ts";
import { parseStatusMessage } from "./objects.ts";

/** Where requests go, and what is done when the caller is not known. */
export interface Route {
  /** The API server's URL, for messages. */
  server: string;
  socketPath: () => Promise<string>;
  /** Nobody listens there any more. */
  giveUp: (socket: string) => Promise<void>;
  /** Before each request. */
  refreshIfDue: () => Promise<void>;
  /** After a 401; `true` when it is worth asking again. */
  replaceRefused: () => Promise<boolean>;
}

/** A GET, and JSON both ways, unless it says otherwise; `body` is sent as JSON text. */
export interface ApiRequest {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With its query. */
  path: string;
  body?: unknown;
  contentType?: string;
  accept?: string;
  signal?: AbortSignal;
  /** May be sent again when no answer came, as every GET may. */
  idempotent?: boolean;
  /** As a sentence's subject: "Listing secrets". */
  what: string;
}

/** Any HTTP status, success or not, with its body unparsed. */
export interface ApiAnswer {
  status: number;
  text: string;
}

/** A cluster that is reached has answered by then; a watch is quiet for as long as it likes. */
const TIME_LIMIT_MS = 60_000;
/** For a kept connection that has ended, and for a proxy that is just ending. */
const ATTEMPTS = 5;
const RECONNECT_PAUSE_MS = 20;

/** Plain HTTP to the API server over the proxy's socket. */
export class ApiClient {
  readonly #route: Route;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 });
  /** Watches hold their connection: they must not use up the others'. */
  readonly #watchAgent = new Agent();

  constructor(route: Route) {
    this.#route = route;
  }

  get server(): string {
    return this.#route.server;
  }

  close(): void {
    this.#agent.destroy();
    this.#watchAgent.destroy();
  }

  /** Any answer but 401 is a value. Throws a UserError where there is none. */
  async send(request: ApiRequest): Promise<ApiAnswer> {
    const answer = await this.#sendOnce(request);
    if (answer.status !== 401) return answer;
    if (await this.#route.replaceRefused()) {
      const again = await this.#sendOnce(request);
      if (again.status !== 401) return again;
    }
    throw this.failure(answer, request.what);
  }

  /**
   * Parsed by `parse`; `undefined` for 404. A truncated document is read again, once. `explain`
   * may know better what a status means.
   */
  async read<T>(
    request: ApiRequest,
    parse: (value: unknown) => T,
    explain?: (status: number) => UserError | undefined,
  ): Promise<T | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.send(request);
      if (answer.status === 404) return undefined;
      if (answer.status >= 300) {
        throw explain?.(answer.status) ?? this.failure(answer, request.what);
      }
      try {
        return parse(JSON.parse(answer.text));
      } catch (cause) {
        if (attempt === 1) continue;
        throw this.#unreadable(request.what, cause);
      }
    }
  }

  /** The body of a watch; `send`'s answer where it is refused. */
  async open(request: ApiRequest): Promise<IncomingMessage | ApiAnswer> {
    await this.#route.refreshIfDue();
    const socket = await this.#route.socketPath();
    const message = await this.#exchange(request, this.#watchAgent, socket);
    if (message.statusCode === 200) return message;
    return { status: message.statusCode ?? 0, text: await readAll(message) };
  }

  /** An answer that is no success, as a UserError. */
  failure(answer: ApiAnswer, what: string): UserError {
    const message = parseStatusMessage(answer.text);
    return classifyAnswer({ status: answer.status, message }, this.#route.server, what);
  }

  async #sendOnce(request: ApiRequest): Promise<ApiAnswer> {
    await this.#route.refreshIfDue();
    const { method = "GET", idempotent = method === "GET" } = request;
    for (let attempt = 1; ; attempt += 1) {
      const socket = await this.#route.socketPath();
      try {
        const message = await this.#exchange(request, this.#agent, socket);
        return { status: message.statusCode ?? 0, text: await readAll(message) };
      } catch (cause) {
        request.signal?.throwIfAborted();
        // A kept connection, or the proxy itself, may have ended between two requests.
        const refused = isRefused(cause);
        if (refused) await this.#route.giveUp(socket);
        if (attempt === ATTEMPTS || !(idempotent || refused)) {
          throw this.#unanswered(request.what, cause);
        }
        await sleep(attempt * RECONNECT_PAUSE_MS);
      }
    }
  }

  async #exchange(request: ApiRequest, agent: Agent, socketPath: string): Promise<IncomingMessage> {
    const { method = "GET", path, body, signal, accept = "application/json" } = request;
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest({
        socketPath,
        agent,
        method,
        path,
        ...(signal === undefined ? {} : { signal }),
        headers: {
          // The proxy takes no other.
          host: "localhost",
          accept,
          ...(payload === undefined
            ? {}
            : {
                "content-type": request.contentType ?? "application/json",
                "content-length": Buffer.byteLength(payload),
              }),
        },
      });
      if (agent === this.#agent) {
        outgoing.setTimeout(TIME_LIMIT_MS, () => {
          outgoing.destroy(new Error(`no answer within ${TIME_LIMIT_MS / 1000} s`));
        });
      }
      outgoing.once("response", resolve);
      outgoing.once("error", reject);
      outgoing.end(payload);
    });
  }

  #unanswered(what: string, cause: unknown): UserError {
    if (cause instanceof UserError) return cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new UserError(
      "GT-CLUSTER-UNREACHABLE",
      `${what} got no answer from the API server ${this.#route.server}: ${reason}.`,
      {
        cause,
        hint: "Check the network. If the endpoint is private, run this inside its VPC or over its VPN.",
        retry: retryFor(60_000, "waiting for the API server to answer"),
      },
    );
  }

  #unreadable(what: string, cause: unknown): UserError {
    return new UserError(
      "GT-ANSWER-TRUNCATED",
      `${what} gave an answer that is cut off or is not what the Kubernetes API answers, twice.`,
      {
        cause,
        hint: "Check what stands between this machine and the API server, then run it again.",
      },
    );
  }
}

async function readAll(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

const isRefused = (cause: unknown): boolean =>
  cause instanceof Error &&
  "code" in cause &&
  (cause.code === "ECONNREFUSED" || cause.code === "ENOENT");
