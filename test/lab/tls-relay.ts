import { Agent, request as httpsRequest } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Authority } from "../support/tls.ts";
import { type Listening, listenHttps } from "./https.ts";

/** Another answer than the one behind would give; `undefined` passes the request on. */
export type Replace = (
  method: string,
  path: string,
) => { status: number; type: string; headers?: Record<string, string>; body: unknown } | undefined;

export interface Relay extends Listening {
  replace: Replace | undefined;
}

/** An HTTPS server in front of another, both of the lab's CA: for what the one behind never says. */
export async function startRelay(authority: Authority, upstream: string): Promise<Relay> {
  const agent = new Agent({ ca: authority.certificate, keepAlive: true });
  const state: Pick<Relay, "replace"> = { replace: undefined };
  const listening = await listenHttps(authority, (request, response) => {
    const { method = "GET", url = "/" } = request;
    const own = state.replace?.(method, url);
    if (own === undefined) return pass(upstream, agent, request, response);
    request.resume();
    const headers = { "content-type": own.type, ...own.headers };
    response.writeHead(own.status, headers).end(JSON.stringify(own.body));
  });
  const close = async (): Promise<void> => {
    agent.destroy();
    await listening.close();
  };
  return Object.assign(state, { ...listening, close });
}

/** With the Host that was asked for: the one behind builds its addresses, and checks what is signed. */
function pass(
  upstream: string,
  agent: Agent,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { method, headers, url = "/" } = request;
  const sent = httpsRequest(new URL(url, upstream), { method, headers, agent });
  sent.on("response", (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  sent.on("error", () => response.destroy());
  response.on("close", () => sent.destroy());
  request.pipe(sent);
}
