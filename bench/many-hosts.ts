import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Server } from "node:net";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { createSecureContext, type SecureContext } from "node:tls";
import { type Change, ChangeResourceRecordSetsCommand } from "@aws-sdk/client-route-53";
import { at, fields, list, strings } from "../src/sandbox/fields.ts";
import { createClients } from "../test/lab/aws/clients.ts";
import type { Lab } from "../test/lab/lab.ts";
import { until } from "../test/lab/suite/until.ts";
import { createAuthority } from "../test/support/tls.ts";
import { forEachAtOnce } from "./pool.ts";
import {
  EDGE,
  seedBase,
  type SeededHost,
  type Seed,
  seedGateway,
  seedHost,
} from "./seeded-objects.ts";

const AT_ONCE = 64;
/** Route 53 takes 1,000 records in one change. */
const BATCH = 500;

/**
 * Hosts on Gateways that no controller of the lab looks at: objects as the controllers would have
 * left them, records in Route 53, and servers that show each host's certificate.
 */
export class ManyHosts {
  readonly #lab: Lab;
  readonly #authority = createAuthority("Bench CA");
  readonly #contexts = new Map<string, SecureContext>();
  readonly #servers: Server[] = [];
  /** Of the load balancer that stands for all of them. */
  readonly #address: string;
  #count = 0;

  constructor(lab: Lab) {
    this.#lab = lab;
    this.#address = lab.address.replace(/\d+$/, "200");
  }

  /** PEM of the root that the certificates end at. */
  get root(): string {
    return this.#authority.certificate;
  }

  /** What all of them need. The controllers are paused: they would issue and write records anew. */
  async start(): Promise<void> {
    await this.#widenExternalDns();
    this.#signal("SIGSTOP");
    for (const seed of seedBase()) await this.#create(seed);
    const look = { SNICallback: this.#findContext.bind(this) };
    this.#servers.push(
      createHttpsServer(look, (_, response) => response.end("hello")),
      createHttpServer(({ headers, url }, response) => {
        response.writeHead(301, { location: `https://${headers.host}${url}` }).end();
      }),
    );
    for (const [index, server] of this.#servers.entries()) {
      server.listen(index === 0 ? 443 : 80, this.#address);
      await once(server, "listening");
    }
  }

  /** A Gateway with so many hosts; returns `namespace/name`. */
  async addGateway(hosts: number): Promise<string> {
    this.#count += 1;
    const gateway = `edge-${this.#count}`;
    const seeded = Array.from({ length: hosts }, (_, index): SeededHost => {
      const hostname = `h${index + 1}-${this.#count}.${this.#lab.account.zone}`;
      const issued = this.#authority.issue([hostname]);
      const { certificate: cert, key } = issued;
      this.#contexts.set(hostname, createSecureContext({ cert, key }));
      return { hostname, gateway, issued };
    });
    const names = seeded.map(({ hostname }) => hostname);
    for (const seed of seedGateway(gateway, names, this.#address)) await this.#create(seed);
    await forEachAtOnce(seeded.flatMap(seedHost), AT_ONCE, (seed) => this.#create(seed));
    await this.#point(names);
    return `${EDGE}/${gateway}`;
  }

  stop(): void {
    this.#signal("SIGCONT");
    for (const server of this.#servers) server.close();
  }

  #signal(signal: "SIGSTOP" | "SIGCONT"): void {
    for (const { name, pid } of this.#lab.processes.list()) {
      const isController = /^(?:cert-manager|external-dns)-/.test(name);
      if (isController && pid !== undefined) process.kill(pid, signal);
    }
  }

  /** init has it look at init's Gateway only. */
  async #widenExternalDns(): Promise<void> {
    const { client } = this.#lab.controlPlane;
    const path = "/apis/apps/v1/namespaces/external-dns/deployments/external-dns";
    const live = await client.get(path);
    const containers = list(at(live, "spec", "template", "spec", "containers")).map((container) => {
      const kept = strings(container["args"]).filter((flag) => !flag.startsWith("--gateway-"));
      return { ...container, args: kept };
    });
    await client.patch(path, { spec: { template: { spec: { containers } } } });
    await until("ExternalDNS runs anew", async () => {
      const now = await client.get(path);
      const seen = at(now, "status", "observedGeneration") === now?.metadata.generation;
      const { updatedReplicas, availableReplicas, replicas } = fields(at(now, "status"));
      const all = [updatedReplicas, availableReplicas, replicas];
      return seen && all.every((count) => count === 1) ? true : undefined;
    });
  }

  #findContext(name: string, answer: (error: Error | null, context?: SecureContext) => void): void {
    answer(null, this.#contexts.get(name));
  }

  async #create({ path, object, status }: Seed): Promise<void> {
    const { client } = this.#lab.controlPlane;
    await client.create(path, object);
    if (status !== undefined)
      await client.patch(`${path}/${object.metadata.name}/status`, { status });
  }

  /** Records of all names, and until the zone's servers have the last of them. */
  async #point(hostnames: readonly string[]): Promise<void> {
    const { account, aws, dns } = this.#lab;
    const clients = createClients(account, aws.proxy.url);
    for (let first = 0; first < hostnames.length; first += BATCH) {
      const Changes = hostnames.slice(first, first + BATCH).map((name): Change => ({
        Action: "UPSERT",
        ResourceRecordSet: {
          Name: name,
          Type: "A",
          TTL: 60,
          ResourceRecords: [{ Value: this.#address }],
        },
      }));
      const change = { HostedZoneId: aws.zone.id, ChangeBatch: { Changes } };
      await clients.route53.send(new ChangeResourceRecordSetsCommand(change));
    }
    clients.close();
    const resolver = new Resolver();
    resolver.setServers([dns.server]);
    const last = hostnames.at(-1) ?? "";
    await until(`${last} resolves`, () => resolver.resolve4(last).catch(() => undefined));
  }
}
