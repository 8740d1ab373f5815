import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Authority, createAuthority } from "../support/tls.ts";
import { type AcmeServer, startAcme } from "./acme.ts";
import { type AwsAccount, createAccount } from "./aws/account.ts";
import { type Aws, type AwsOptions, startAws } from "./aws/aws.ts";
import type { Built } from "./build/build.ts";
import { type Dns, startDns } from "./dns/dns.ts";
import { ZoneView } from "./dns/zone-view.ts";
import { LabError } from "./error.ts";
import { GatewayController } from "./gateway/controller.ts";
import { GatewayFront } from "./gateway/front.ts";
import {
  type ControlPlane,
  type ControlPlaneOptions,
  startControlPlane,
} from "./kubernetes/control-plane.ts";
import { startTokenWebhook } from "./kubernetes/token-webhook.ts";
import { LoadBalancers, startServiceWebhook } from "./load-balancers.ts";
import { startIdentityWebhook } from "./node/identity-webhook.ts";
import { LabNode, registerNode, startKubelet } from "./node/node.ts";
import { createWorkloads } from "./node/workloads.ts";
import { requireFreePort } from "./ports.ts";
import { Processes } from "./process.ts";
import { endOrphans, noteLab } from "./running-labs.ts";
import { seedCluster } from "./seed.ts";

export interface LabOptions {
  built: Built;
  /** Private to this lab; emptied first. */
  folder: string;
  /** Loopback address whose ports 80 and 443 are the first load balancer's. */
  address?: string;
  /** How far behind the clouds are. */
  delays?: Partial<Delays>;
  /** Names that the CA refuses. */
  blocked?: readonly string[];
  say?: (line: string) => void;
}

export interface Delays {
  iamMs: number;
  recordMs: number;
  loadBalancerMs: number;
}

/** A running world. Everything that tests reach into is here. */
export interface Lab {
  folder: string;
  address: string;
  account: AwsAccount;
  aws: Aws;
  dns: Dns;
  /** What the name servers know of the hosted zone. */
  zone: ZoneView;
  acme: { staging: AcmeServer; production: AcmeServer };
  controlPlane: ControlPlane;
  balancers: LoadBalancers;
  front: GatewayFront;
  processes: Processes;
  /** The CA behind the API server and the ACME directories. */
  authority: Authority;
  /** Its certificate, PEM. */
  ca: string;
  built: Built;
  stop(): Promise<void>;
}

type Closer = () => Promise<void> | void;

const DELAYS: Delays = { iamMs: 3000, recordMs: 2000, loadBalancerMs: 3000 };

/** Starts every part, in order; ends those that run when one does not start. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const { folder, address = "127.0.0.1" } = options;
  endOrphans();
  await requireFreePort(address, 80);
  await requireFreePort(address, 443);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const processes = new Processes(folder);
  const closers: Closer[] = [() => processes.stopAll()];
  const forget = noteLab(folder, processes);
  const stop = once(async () => {
    // A part that was still starting brings its own meanwhile.
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
    forget();
  });
  try {
    const parts = await startParts({ ...options, address }, processes, closers);
    const ended = processes.findEnded();
    if (ended !== undefined) throw new LabError(ended.describeEnd());
    return { ...parts, folder, address, processes, built: options.built, stop };
  } catch (error) {
    const end = processes.findEnded()?.describeEnd();
    await stop();
    throw end === undefined ? error : new LabError(end, { cause: error });
  }
}

type Parts = Omit<Lab, "folder" | "address" | "processes" | "built" | "stop">;

async function startParts(
  options: LabOptions & { address: string },
  processes: Processes,
  closers: Closer[],
): Promise<Parts> {
  const { built, folder, say = () => undefined } = options;
  const delays = { ...DELAYS, ...options.delays };
  const authority = createAuthority("Lab CA");
  const account = createAccount();
  const webhook = await startTokenWebhook(authority, account);
  closers.push(() => webhook.close());
  const [aws, controlPlane] = await startBoth(
    { processes, program: built.ministack, account, iamDelayMs: delays.iamMs },
    {
      processes,
      folder,
      program: join(built.bin, "kube"),
      authority,
      issuer: account.issuer,
      authenticate: webhook,
    },
    closers,
  );
  say("control plane and AWS endpoint run");
  aws.live.cluster = { endpoint: controlPlane.url, ca: authority.certificate };
  aws.live.serviceAccountKey = controlPlane.serviceAccountKey;
  const { client } = controlPlane;
  const network = await startNetwork({ ...options, delays }, { aws, account, client, closers });
  const acme = await startAcme({
    processes,
    folder,
    bin: built.bin,
    authority,
    dnsServer: network.dns.server,
    blocked: options.blocked ?? [],
  });
  say("DNS and both ACME servers run");
  const start = createWorkloads({
    client,
    server: { url: controlPlane.url, ca: authority.certificate },
    processes,
    folder,
    bin: built.bin,
    aws,
    dnsServer: network.dns.server,
    inside: network.inside,
  });
  const node = new LabNode(client, start);
  closers.push(() => node.end());
  const kubelet = await startKubelet(authority, (namespace, pod) => node.findLog(namespace, pod));
  closers.push(() => kubelet.close());
  await registerNode(client, kubelet.port);
  const services = await startServiceWebhook(authority);
  closers.push(() => services.close());
  const pods = await startIdentityWebhook(authority, { client, aws, account });
  closers.push(() => pods.close());
  const ca = authority.certificate;
  await seedCluster(client, { services: services.url, pods: pods.url, ca });
  say("the node is ready and the cluster is seeded");
  const { dns, zone, balancers, front } = network;
  const parts = { account, aws, dns, zone, acme, controlPlane, balancers, front };
  return { ...parts, authority, ca };
}

/** At once. When one fails, what the other has opened is closed too, even if it does so later. */
async function startBoth(
  endpoint: AwsOptions,
  cluster: ControlPlaneOptions,
  closers: Closer[],
): Promise<[Aws, ControlPlane]> {
  const aws = startAws(endpoint).then((started) => {
    closers.push(() => started.close());
    return started;
  });
  const controlPlane = startControlPlane(cluster).then((started) => {
    closers.push(() => started.client.close());
    return started;
  });
  // Behind the end of all processes, without which neither starts for long.
  closers.unshift(async () => void (await Promise.allSettled([aws, controlPlane])));
  return Promise.all([aws, controlPlane]);
}

/** Name servers, load balancers and gateway: what a visitor's packets meet. */
async function startNetwork(
  { address, delays }: { address: string; delays: Delays },
  {
    aws,
    account,
    client,
    closers,
  }: { aws: Aws; account: AwsAccount; client: ControlPlane["client"]; closers: Closer[] },
) {
  const zone = new ZoneView(aws, delays.recordMs);
  await zone.publishNow();
  aws.proxy.onSuccess.push(({ action }) => {
    if (action === "ChangeResourceRecordSets") void zone.noticeChange();
  });
  const controller = new GatewayController(client, () => front.look());
  const balancers = new LoadBalancers({
    client,
    address,
    delayMs: delays.loadBalancerMs,
    region: account.region,
    onChange: () => front.look(),
  });
  const front = new GatewayFront(controller, balancers);
  closers.push(
    () => controller.end(),
    () => balancers.end(),
    () => front.end(),
  );
  const findLoadBalancer = (name: string) => balancers.findAddress(name);
  const dns = await startDns({
    zone: account.zone,
    nameServers: aws.zone.nameServers,
    find: (name) => zone.find(name, findLoadBalancer),
    findLoadBalancer,
  });
  closers.push(() => dns.close());
  return {
    dns,
    zone,
    balancers,
    front,
    inside: {
      "nginx-gateway-fabric": (pod: Parameters<GatewayController["startFor"]>[0]) =>
        controller.startFor(pod),
      "aws-load-balancer-controller": () => balancers.start(),
    },
  };
}

function once(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= action());
}
