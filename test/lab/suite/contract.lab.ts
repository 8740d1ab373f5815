import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll } from "vitest";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { at, fields, text } from "../../../src/sandbox/fields.ts";
import { createTools } from "../../../src/adapters/tools.ts";
import { describeChartsContract } from "../../contract/charts/contract.ts";
import { describeRenderedCharts, type RenderedHarness } from "../../contract/charts/rendered.ts";
import {
  describeAdmissionContract,
  describeKubernetesContract,
} from "../../contract/kubernetes/contract.ts";
import { crdOf, type KubernetesHarness } from "../../contract/kubernetes/harness.ts";
import { describeUnreachableContract } from "../../contract/kubernetes/unreachable.ts";
import { describeTools } from "../../contract/world/tools-contract.ts";
import { releaseSecret, secretWith } from "../../support/fake-cluster/releases.ts";
import { CLUSTER_VERSION } from "../build/binaries.ts";
import { run } from "../build/run.ts";
import { type HelmMajor, writeEnvironment } from "../environment.ts";
import type { Lab } from "../lab.ts";
import { TALKER } from "../node/workloads.ts";
import { connect } from "./connect.ts";
import { until } from "./until.ts";
import { startWorld } from "./world.ts";

let lab: Lab;

beforeAll(async () => {
  lab = await startWorld();
  const bundle = join(lab.built.crds, "gateway-api.yaml");
  await kubectl(["apply", "--server-side", "-f", bundle]);
  await kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"]);
});
afterAll(() => lab.stop());

/** As the cluster's administrator. */
function kubectl(args: readonly string[], input = ""): Promise<string> {
  const { kubeconfig } = lab.controlPlane;
  return run(join(lab.built.bin, "kubectl"), [`--kubeconfig=${kubeconfig}`, ...args], { input });
}

describeKubernetesContract("a real API server", makeKubernetes);
describeAdmissionContract("a real API server", makeKubernetes);

async function makeKubernetes(): Promise<KubernetesHarness> {
  const connection = await connect(lab, lab.account.colleague);
  const reader = await connect(lab, lab.account.reader);
  return {
    kubernetes: connection.kubernetes,
    reader: reader.kubernetes,
    limited: {
      kubernetes: connection.kubernetes,
      denied: { verb: "impersonate", group: "", resource: "users" },
    },
    applyAs: async (manager, object) => {
      const flags = ["--server-side", `--field-manager=${manager}`, "--filename=-"];
      await kubectl(["apply", ...flags], JSON.stringify(object));
    },
    serve: async (kind) => {
      const crd = crdOf(kind);
      await connection.kubernetes.apply([crd]);
      await kubectl(["wait", "--for=condition=Established", "crd", crd.metadata.name]);
    },
    writeLogs: async ({ namespace, name, labels, lines }) => {
      const container = { name: "app", image: TALKER, args: lines };
      await createPod({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace, labels },
        spec: { containers: [container] },
      });
    },
    close: async () => {
      await Promise.all([connection.close(), reader.close()]);
    },
  };
}

describeUnreachableContract("kubectl, and a closed port", () =>
  connect(lab, lab.account.colleague, 4, "https://127.0.0.1:9"),
);

async function createPod(pod: KubernetesObject): Promise<void> {
  const { client } = lab.controlPlane;
  const { namespace = "", name } = pod.metadata;
  await until("the namespace has its ServiceAccount", () =>
    client.get(`/api/v1/namespaces/${namespace}/serviceaccounts/default`),
  );
  await client.create(`/api/v1/namespaces/${namespace}/pods`, pod);
  const flags = ["--for=condition=Ready", `pod/${name}`, "--namespace", namespace];
  await kubectl(["wait", ...flags, "--timeout=30s"]);
}

for (const helm of [4, 3] as const) {
  describeChartsContract(`Helm ${helm} and a real API server`, () => makeCharts(helm));
  describeRenderedCharts(`Helm ${helm} and a real API server`, () => makeCharts(helm));
  describeTools(`kubectl and Helm ${helm}`, async () => ({
    tools: createTools(writeEnvironment(lab, helm).env),
    expected: { kubectl: CLUSTER_VERSION, helm: String(helm) },
  }));
}

async function makeCharts(helm: HelmMajor): Promise<RenderedHarness> {
  const connection = await connect(lab, lab.account.colleague, helm);
  const { kubernetes, charts } = connection;
  const folder = mkdtempSync(join(lab.folder, "charts-"));
  return {
    kubernetes,
    charts,
    chart: {
      reference: (version: string) => writeChart(join(folder, `demo-${version}`), version),
      name: "demo",
      versions: ["1.0.0", "2.0.0"],
      config: "demo-config",
      neverReady: { stuck: true },
    },
    unreachable: "oci://127.0.0.1:9/unreachable",
    leave: async ({ name, namespace }, status) => {
      const { client } = lab.controlPlane;
      const secrets = `/api/v1/namespaces/${namespace}/secrets`;
      const deployed = await client.get(`${secrets}/sh.helm.release.v1.${name}.v1`);
      const secret =
        deployed === undefined
          ? releaseSecret({ name, namespace, revision: 1, status })
          : nextRevision(deployed, { name, namespace, status });
      await client.create(secrets, secret);
    },
    close: () => connection.close(),
  };
}

/** What helm writes before it changes anything: the same release once more, as pending. */
function nextRevision(
  deployed: KubernetesObject,
  { name, namespace, status }: { name: string; namespace: string; status: string },
): KubernetesObject {
  const stored = Buffer.from(text(at(deployed, "data", "release")), "base64").toString();
  const release = fields(JSON.parse(gunzipSync(Buffer.from(stored, "base64")).toString()));
  const next = { ...release, version: 2, info: { ...fields(release["info"]), status } };
  const content = gzipSync(JSON.stringify(next)).toString("base64");
  const labels = { ...deployed.metadata.labels, status, version: "2" };
  return secretWith({ name, namespace, revision: 2 }, content, labels);
}

/** `{replicas, note}` as a ConfigMap, and a Deployment that no pod can be made for if `stuck`. */
function writeChart(folder: string, version: string): string {
  mkdirSync(join(folder, "templates"), { recursive: true });
  const write = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
  };
  const meta = { apiVersion: "v2", name: "demo", version, appVersion: "9" };
  write("Chart.yaml", JSON.stringify(meta));
  write("values.yaml", "replicas: 1\nnote: none\nstuck: false\n");
  write("values.schema.json", JSON.stringify({ properties: { replicas: { type: "integer" } } }));
  const data = `  replicas: "{{ .Values.replicas }}"\n  note: {{ .Values.note | quote }}\n`;
  const head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: demo-config\ndata:\n";
  write("templates/config.yaml", `${head}${data}`);
  write("templates/app.yaml", `{{ if .Values.stuck }}\n${JSON.stringify(stuck)}\n{{ end }}\n`);
  return folder;
}

const appLabels = { app: "demo" };

/** Its ServiceAccount is not there. */
const stuck = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "demo-app" },
  spec: {
    selector: { matchLabels: appLabels },
    template: {
      metadata: { labels: appLabels },
      spec: { serviceAccountName: "absent", containers: [{ name: "app", image: "demo" }] },
    },
  },
};
