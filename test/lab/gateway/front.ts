import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { at, list, text } from "../../../src/sandbox/fields.ts";
import { refuseUnknownNames } from "../../support/tls-front.ts";
import type { LoadBalancers } from "../load-balancers.ts";
import type { GatewayController } from "./controller.ts";
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

interface Place {
  address: string;
  port: number;
  closed: boolean;
}

/** The load balancers' ports on loopback, and the data planes behind them. */
export class GatewayFront {
  /** Every request, in order. */
  readonly requests: SeenRequest[] = [];
  /** Ports behind a closed security group: what comes there is dropped. */
  readonly closedPorts = new Set<number>();
  /** Set to have a redirect of the whole host win over an exact path. */
  redirectFirst = false;
  readonly #controller: GatewayController;
  readonly #balancers: LoadBalancers;
  readonly #servers = new Map<string, { server: Server; drop: () => void }>();

  constructor(controller: GatewayController, balancers: LoadBalancers) {
    this.#controller = controller;
    this.#balancers = balancers;
  }

  /** Opens what is to be open, and closes what is not. */
  look(): void {
    const wanted = new Map<string, Place>();
    for (const { address, public: isPublic } of this.#balancers.all()) {
      if (!isPublic) continue;
      const gateway = gatewayBehind(this.#controller, this.#balancers, address);
      for (const { port } of list(at(gateway, "spec", "listeners"))) {
        const place = { address, port: Number(port), closed: this.closedPorts.has(Number(port)) };
        wanted.set(`${address}:${place.port}:${place.closed}`, place);
      }
    }
    for (const [key, { server, drop }] of this.#servers) {
      if (wanted.has(key)) continue;
      this.#servers.delete(key);
      server.close();
      drop();
    }
    for (const [key, place] of wanted) {
      if (!this.#servers.has(key)) this.#open(key, place);
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

  #open(key: string, { address, port, closed }: Place): void {
    const server = closed ? createTcpServer() : this.#createServer(address, port);
    const sockets = new Set<Socket>();
    server.on("connection", (socket: Socket) => {
      sockets.add(socket.on("error", () => undefined).on("close", () => sockets.delete(socket)));
    });
    server.on("error", () => this.#servers.delete(key));
    server.listen(port, address);
    const drop = (): void => {
      for (const socket of sockets) socket.destroy();
    };
    this.#servers.set(key, { server, drop });
  }

  #createServer(address: string, port: number): Server {
    const serve = this.#serve(address, port);
    if (port !== 443) return createServer(serve);
    const choose = this.#chooseCertificate(address, port);
    const isKnown = (name: string): boolean => {
      const gateway = gatewayBehind(this.#controller, this.#balancers, address);
      return gateway !== undefined && findListener(gateway, port, name) !== undefined;
    };
    return refuseUnknownNames(createTlsServer({ SNICallback: choose }, serve), isKnown);
  }

  #serve(address: string, port: number): RequestListener {
    return (request, response) => {
      const host = (request.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
      const url = request.url ?? "/";
      const { world } = this.#controller;
      const gateway = gatewayBehind(this.#controller, this.#balancers, address);
      const reply =
        gateway === undefined || world === undefined
          ? { status: 503, headers: {}, body: "" }
          : answerRequest(world, gateway, {
              port,
              host,
              url,
              redirectFirst: this.redirectFirst,
            });
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
      const secret = this.#controller.world?.findSecret(gateway, listener).secret;
      const decode = (key: string): string =>
        Buffer.from(text(at(secret, "data", key)), "base64").toString();
      return done(null, createSecureContext({ cert: decode("tls.crt"), key: decode("tls.key") }));
    };
  }
}

/** The Gateway whose Service a load balancer stands before. */
function gatewayBehind(
  controller: GatewayController,
  balancers: LoadBalancers,
  address: string,
): KubernetesObject | undefined {
  const balancer = balancers.all().find((one) => one.address === address && one.public);
  if (balancer === undefined) return undefined;
  const { namespace, name } = balancer.service;
  const owner = controller.world?.services
    .find(name, namespace)
    ?.metadata.ownerReferences?.find(({ kind }) => kind === "Gateway");
  return controller.served().find(({ metadata }) => metadata.uid === owner?.uid);
}
