import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Server } from "node:net";
import type { Authority } from "../support/tls.ts";
import { portOf } from "./ports.ts";

export interface Listening {
  url: string;
  port: number;
  close(): Promise<void>;
}

/** An HTTPS server on a free port of loopback, its certificate by the lab's CA. */
export async function listenHttps(
  authority: Authority,
  answer: RequestListener,
): Promise<Listening> {
  const { certificate, key } = authority.issue(["127.0.0.1", "localhost"]);
  const server = createTlsServer({ cert: certificate, key }, answer);
  return listen(server, () => server.closeAllConnections(), "https");
}

/** An HTTPS server that takes a JSON body and answers with one: what the API server calls. */
export function listenJson(
  authority: Authority,
  answer: (body: string) => Promise<unknown>,
): Promise<Listening> {
  return listenHttps(authority, (request, response) => {
    const serve = async (): Promise<void> => {
      const reply = await answer((await readBody(request)).toString());
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(reply));
    };
    serve().catch(() => response.destroy());
  });
}

/** An HTTP server on a free port of loopback. */
export async function listenHttp(answer: RequestListener): Promise<Listening> {
  const server = createServer(answer);
  return listen(server, () => server.closeAllConnections(), "http");
}

async function listen(server: Server, drop: () => void, scheme: string): Promise<Listening> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        drop();
      }),
  };
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
