import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Server } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import { at, list, text } from "../../../src/sandbox/fields.ts";
import type { LoadBalancers } from "../load-balancers.ts";
import { type GatewayController, gatewayBehind } from "./controller.ts";
import { answerRequest, findListener } from "./routing.ts";

export interface SeenRequest {
  address: string;
  port: number;
  host: string;
  url: string;
  status: number;
  agent: string;
  /** In milliseconds of the epoch. */
  at: number;
}

/** The load balancers' ports on loopback, and the data planes behind them. */
export class GatewayFront {
  /** Every request, in order. */
  readonly requests: SeenRequest[] = [];
  /** Set to have nothing answer, as behind a closed security group. */
  closed = false;
  readonly #controller: GatewayController;
  readonly #balancers: LoadBalancers;
  readonly #servers = new Map<string, { server: Server; drop: () => void }>();

  constructor(controller: GatewayController, balancers: LoadBalancers) {
    this.#controller = controller;
    this.#balancers = balancers;
  }

  /** Opens what is to be open, and closes what is not. */
  look(): void {
    const wanted = new Map<string, { address: string; port: number }>();
    for (const { address, public: isPublic } of this.#balancers.all()) {
      if (!isPublic || this.closed) continue;
      const gateway = gatewayBehind(this.#controller, this.#balancers, address);
      for (const { port } of list(at(gateway, "spec", "listeners"))) {
        wanted.set(`${address}:${Number(port)}`, { address, port: Number(port) });
      }
    }
    for (const [key, { server, drop }] of this.#servers) {
      if (wanted.has(key)) continue;
      this.#servers.delete(key);
      server.close();
      drop();
    }
    for (const [key, { address, port }] of wanted) {
      if (!this.#servers.has(key)) this.#open(key, address, port);
    }
  }

  async end(): Promise<void> {
    const all = [...this.#servers.values()];
    this.#servers.clear();
    await Promise.all(
      all.map(async ({ server, drop }) => {
        if (!server.listening) return;
        const closed = once(server, "close");
        server.close();
        drop();
        await closed;
      }),
    );
  }

  #open(key: string, address: string, port: number): void {
    const serve = this.#serve(address, port);
    const server =
      port === 443
        ? createTlsServer({ SNICallback: this.#chooseCertificate(address, port) }, serve)
        : createServer(serve);
    server.on("error", () => this.#servers.delete(key));
    server.listen(port, address);
    this.#servers.set(key, { server, drop: () => server.closeAllConnections() });
  }

  #serve(address: string, port: number): RequestListener {
    return (request, response) => {
      const host = (request.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
      const url = request.url ?? "/";
      const gateway = gatewayBehind(this.#controller, this.#balancers, address);
      const reply =
        gateway === undefined
          ? { status: 503, headers: {}, body: "" }
          : answerRequest(this.#controller.world, gateway, { port, host, url });
      const agent = request.headers["user-agent"] ?? "";
      this.requests.push({ address, port, host, url, status: reply.status, agent, at: Date.now() });
      response.writeHead(reply.status, reply.headers).end(reply.body);
    };
  }

  #chooseCertificate(address: string, port: number) {
    return (name: string, done: (error: Error | null, context?: SecureContext) => void): void => {
      const gateway = gatewayBehind(this.#controller, this.#balancers, address);
      const listener = gateway === undefined ? undefined : findListener(gateway, port, name);
      if (gateway === undefined || listener === undefined) return done(new Error("no listener"));
      const { secret } = this.#controller.world.findSecret(gateway, listener);
      const decode = (key: string): string =>
        Buffer.from(text(at(secret, "data", key)), "base64").toString();
      return done(null, createSecureContext({ cert: decode("tls.crt"), key: decode("tls.key") }));
    };
  }
}
