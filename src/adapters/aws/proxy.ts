import { NodeHttpHandler, type NodeHttpHandlerOptions } from "@smithy/node-http-handler";
import { HttpsProxyAgent } from "https-proxy-agent";
import { findProxy } from "../proxy-agent.ts";

type Handle = NodeHttpHandler["handle"];

/** Sends each request through the proxy that the environment names for its host, or directly. */
export class ProxyingHandler extends NodeHttpHandler {
  readonly #options: NodeHttpHandlerOptions;
  readonly #handlers = new Map<string, NodeHttpHandler>();

  constructor(options: NodeHttpHandlerOptions) {
    super(options);
    this.#options = options;
  }

  override handle(...[request, options]: Parameters<Handle>): ReturnType<Handle> {
    const port = request.port === undefined ? "" : `:${request.port}`;
    const url = new URL(`${request.protocol}//${request.hostname}${port}/`);
    const proxy = findProxy(url, process.env);
    const handle = proxy === undefined ? super.handle.bind(this) : this.#through(proxy.href);
    return handle(request, options);
  }

  override destroy(): void {
    super.destroy();
    for (const handler of this.#handlers.values()) handler.destroy();
  }

  #through(proxy: string): Handle {
    const known = this.#handlers.get(proxy);
    if (known !== undefined) return known.handle.bind(known);
    const agent = new HttpsProxyAgent(proxy, { keepAlive: true });
    const handler = new NodeHttpHandler({ ...this.#options, httpAgent: agent, httpsAgent: agent });
    this.#handlers.set(proxy, handler);
    return handler.handle.bind(handler);
  }
}
