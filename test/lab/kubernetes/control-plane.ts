import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Authority } from "../../support/tls.ts";
import { findFreePorts } from "../ports.ts";
import { type Processes, untilReady } from "../process.ts";
import { ApiClient } from "./client.ts";

export interface ControlPlaneOptions {
  processes: Processes;
  folder: string;
  /** The binary that is etcd, API server, controller manager and scheduler. */
  program: string;
  authority: Authority;
  /** Of the cluster's ServiceAccount tokens: its OIDC issuer. */
  issuer: string;
  /** Where the API server asks about bearer tokens that it did not issue itself. */
  authenticate?: { url: string };
  /**
   * etcd and the API server alone, so that objects stay as they were written: nobody sets a status,
   * deletes an orphan or binds a pod. etcd holds JSON, and reads are audited too.
   */
  bare?: boolean;
}

export interface ControlPlane {
  url: string;
  client: ApiClient;
  /** Kubeconfig of the cluster administrator: for the lab itself. */
  kubeconfig: string;
  /** PEM: verifies the cluster's ServiceAccount tokens. */
  serviceAccountKey: string;
  /** One JSON line for each write that came in over HTTP; of a bare one, for each request. */
  auditLog: string;
  /** Where etcd listens. */
  etcd: string;
}

const CONTROLLERS = [
  "namespace-controller",
  "serviceaccount-controller",
  "serviceaccount-token-controller",
  "root-ca-certificate-publisher-controller",
  "garbage-collector-controller",
  "deployment-controller",
  "replicaset-controller",
  "daemonset-controller",
  "statefulset-controller",
  "job-controller",
  "endpointslice-controller",
  "endpoints-controller",
  "clusterrole-aggregation-controller",
  "validatingadmissionpolicy-status-controller",
  "pod-garbage-collector-controller",
];

/** etcd, API server, controller manager and scheduler: upstream's, on ports of loopback. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { processes, program, folder } = options;
  const [etcdPort = 0, peerPort = 0, apiPort = 0] = await findFreePorts(3);
  const files = writeFiles(options, apiPort);
  const etcd = `http://127.0.0.1:${etcdPort}`;
  const store = processes.start({
    name: "etcd",
    command: program,
    args: ["etcd", ...etcdFlags(join(folder, "etcd"), etcd, `http://127.0.0.1:${peerPort}`)],
  });
  const apiServer = processes.start({
    name: "kube-apiserver",
    command: program,
    args: ["apiserver", ...apiServerFlags(options, files, etcd, apiPort)],
  });
  const client = new ApiClient({
    url: files.url,
    ca: options.authority.certificate,
    token: files.token,
  });
  const isReady = async () => {
    const { status } = await client.send("GET", "/readyz");
    return status === 200 ? true : undefined;
  };
  await untilReady(apiServer, isReady, [store]);
  if (options.bare !== true) startControllers(options, files);
  return {
    etcd,
    url: files.url,
    client,
    kubeconfig: files.kubeconfig,
    serviceAccountKey: files.serviceAccountKey,
    auditLog: files.auditLog,
  };
}

function startControllers(
  { processes, program }: ControlPlaneOptions,
  files: ReturnType<typeof writeFiles>,
): void {
  const common = ["--kubeconfig", files.kubeconfig, "--leader-elect=false", "--secure-port=0"];
  processes.start({
    name: "kube-controller-manager",
    command: program,
    args: [
      "controller-manager",
      ...common,
      `--service-account-private-key-file=${files.signingKey}`,
      `--root-ca-file=${files.ca}`,
      `--controllers=${CONTROLLERS.join()}`,
    ],
  });
  processes.start({ name: "kube-scheduler", command: program, args: ["scheduler", ...common] });
}

function writeFiles(options: ControlPlaneOptions, apiPort: number) {
  const { folder, authority, authenticate, bare } = options;
  const path = (name: string) => join(folder, "control-plane", name);
  mkdirSync(join(folder, "control-plane"), { recursive: true, mode: 0o700 });
  const write = (name: string, content: string): string => {
    writeFileSync(path(name), content, { mode: 0o600 });
    return path(name);
  };
  const url = `https://127.0.0.1:${apiPort}`;
  const token = randomBytes(16).toString("hex");
  const names = ["localhost", "kubernetes.default.svc", "127.0.0.1", "10.96.0.1"];
  const serving = authority.issue(names, { commonName: "kube-apiserver" });
  const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const serviceAccountKey = keys.publicKey.export({ type: "spki", format: "pem" }).toString();
  const ca = write("ca.pem", authority.certificate);
  return {
    url,
    token,
    ca,
    serviceAccountKey,
    auditLog: path("audit.log"),
    certificate: write("api-server.pem", serving.certificate),
    key: write("api-server.key", serving.key),
    tokens: write("tokens.csv", `${token},lab,lab,"system:masters"\n`),
    signingKey: write(
      "service-account.key",
      keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    ),
    verifyingKey: write("service-account.pub", serviceAccountKey),
    auditPolicy: write("audit-policy.yaml", bare === true ? AUDIT_ALL : AUDIT_POLICY),
    authentication:
      authenticate &&
      write("authentication.json", kubeconfigOf(authenticate.url, authority.certificate)),
    kubeconfig: write("kubeconfig", kubeconfigOf(url, authority.certificate, token)),
  };
}

/** Only what changes something, and who did it. */
const AUDIT_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
    verbs: [create, update, patch, delete, deletecollection]
  - level: None
`;

const AUDIT_ALL = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
`;

/** A kubeconfig, which is also the shape of a webhook's configuration. */
export function kubeconfigOf(server: string, ca: string, token?: string): string {
  const data = Buffer.from(ca).toString("base64");
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "lab",
    clusters: [{ name: "lab", cluster: { server, "certificate-authority-data": data } }],
    users: [{ name: "lab", user: token === undefined ? {} : { token } }],
    contexts: [{ name: "lab", context: { cluster: "lab", user: "lab" } }],
  });
}

function etcdFlags(data: string, client: string, peer: string): string[] {
  return [
    `--data-dir=${data}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    "--unsafe-no-fsync",
    "--log-level=warn",
  ];
}

function apiServerFlags(
  { issuer, bare }: ControlPlaneOptions,
  files: ReturnType<typeof writeFiles>,
  etcd: string,
  port: number,
): string[] {
  return [
    `--etcd-servers=${etcd}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    `--secure-port=${port}`,
    // It would refuse a loopback address as the endpoint of its own Service.
    "--endpoint-reconciler-type=none",
    `--tls-cert-file=${files.certificate}`,
    `--tls-private-key-file=${files.key}`,
    `--token-auth-file=${files.tokens}`,
    ...(files.authentication === undefined
      ? []
      : [
          `--authentication-token-webhook-config-file=${files.authentication}`,
          "--authentication-token-webhook-version=v1",
          "--authentication-token-webhook-cache-ttl=5s",
        ]),
    "--authorization-mode=Node,RBAC",
    `--service-account-issuer=${issuer}`,
    "--api-audiences=https://kubernetes.default.svc",
    `--service-account-key-file=${files.verifyingKey}`,
    `--service-account-signing-key-file=${files.signingKey}`,
    "--service-cluster-ip-range=10.96.0.0/16",
    "--kubelet-preferred-address-types=InternalIP",
    "--allow-privileged",
    // No controller here would take the taint away again, or make a namespace's ServiceAccount.
    `--disable-admission-plugins=TaintNodesByCondition${bare === true ? ",ServiceAccount" : ""}`,
    ...(bare === true ? ["--storage-media-type=application/json"] : []),
    `--audit-policy-file=${files.auditPolicy}`,
    `--audit-log-path=${files.auditLog}`,
    "--profiling=false",
  ];
}
