import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";

export interface ApiAccess {
  url: string;
  /** PEM of the CA behind the API server's certificate. */
  ca: string;
  token: string;
}

export interface ApiReply<T> {
  status: number;
  body: T;
}

const MERGE_PATCH = "application/merge-patch+json";

/** The lab's own way to the API server, as cluster administrator unless `as` says otherwise. */
export class ApiClient {
  readonly #access: ApiAccess;
  readonly #agent: Agent;

  constructor(access: ApiAccess) {
    this.#access = access;
    this.#agent = new Agent({ ca: access.ca, keepAlive: true, maxSockets: 64 });
  }

  /** The same API server, as somebody else. */
  as(token: string): ApiClient {
    return new ApiClient({ ...this.#access, token });
  }

  async get(path: string): Promise<KubernetesObject | undefined> {
    const { status, body } = await this.send<KubernetesObject>("GET", path);
    return status === 404 ? undefined : expectGood(status, body, path);
  }

  async list(path: string): Promise<KubernetesObject[]> {
    const { status, body } = await this.send<KubernetesObject & { items: KubernetesObject[] }>(
      "GET",
      path,
    );
    return status === 404 ? [] : expectGood(status, body, path).items;
  }

  /** Absent before or not: afterwards the object is there. */
  async create(path: string, object: unknown): Promise<KubernetesObject> {
    const { status, body } = await this.send<KubernetesObject>("POST", path, object);
    return expectGood(status, body, `POST ${path}`, [409]);
  }

  /** A JSON merge patch; an object that is gone, or that changed meanwhile, is fine. */
  async patch(path: string, patch: unknown): Promise<void> {
    const { status, body } = await this.send("PATCH", path, patch, MERGE_PATCH);
    expectGood(status, body, `PATCH ${path}`, [404, 409]);
  }

  /** As `patch`, of the whole object as it was read. */
  async replace(path: string, object: unknown): Promise<void> {
    const { status, body } = await this.send("PUT", path, object);
    expectGood(status, body, `PUT ${path}`, [404, 409]);
  }

  async delete(path: string, options: Record<string, unknown> = {}): Promise<void> {
    const { status, body } = await this.send("DELETE", path, options);
    expectGood(status, body, `DELETE ${path}`, [404, 409]);
  }

  /** Lines of a watch until it ends. */
  async *watch(path: string, signal: AbortSignal): AsyncGenerator<string> {
    const response = await this.#open("GET", path, undefined, undefined, signal);
    if (response.statusCode !== 200) throw new Error(`watch ${path}: ${response.statusCode}`);
    response.setEncoding("utf8");
    let rest = "";
    for await (const chunk of response) {
      const lines = `${rest}${String(chunk)}`.split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  }

  /** `T` is what the caller knows of the reply's shape. */
  async send<T>(
    method: string,
    path: string,
    body?: unknown,
    type = "application/json",
  ): Promise<ApiReply<T>> {
    const response = await this.#open(method, path, body, type);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(Buffer.from(chunk));
    const text = Buffer.concat(chunks).toString();
    return { status: response.statusCode ?? 0, body: JSON.parse(isJson(text) ? text : `{}`) };
  }

  close(): void {
    this.#agent.destroy();
  }

  #open(
    method: string,
    path: string,
    body?: unknown,
    type = "application/json",
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, this.#access.url), {
        method,
        agent: this.#agent,
        headers: {
          authorization: `Bearer ${this.#access.token}`,
          // Node gives the body of a DELETE no length by itself: it would be read as a next request.
          ...(content === undefined
            ? {}
            : { "content-type": type, "content-length": content.length }),
        },
        ...(signal === undefined ? {} : { signal }),
      });
      sent.on("response", resolve);
      sent.on("error", reject);
      sent.end(content);
    });
  }
}

const isJson = (text: string): boolean => text.startsWith("{");

function expectGood<T>(status: number, body: T, what: string, fine: readonly number[] = []): T {
  if (status < 300 || fine.includes(status)) return body;
  throw new Error(`${what}: ${status} ${JSON.stringify(body).slice(0, 400)}`);
}
