/** What is built from the Go module beside this folder: main package and linker settings. */
export interface Binary {
  /** Path below the folder of binaries. */
  path: string;
  package: string;
  linker?: readonly string[];
  /** Changes files of a dependency before it is built. */
  patch?: { module: string; changes: readonly Change[] };
}

/** One place in a file of the module, by its text. */
interface Change {
  file: string;
  from: string;
  to: string;
}

/** Kubernetes as the API server and kubectl name themselves; EKS adds a suffix of its own. */
export const KUBERNETES_VERSION = "1.36.3";
/** The Kubernetes minor that the EKS endpoint reports. */
export const CLUSTER_VERSION = "1.36";

const version = "k8s.io/component-base/version";
const kubernetes = [
  `${version}.gitVersion=v${KUBERNETES_VERSION}-eks-1a2b3c4`,
  `${version}.gitMajor=1`,
  `${version}.gitMinor=36`,
];
const pebble = "github.com/letsencrypt/pebble/v2";
/** PEBBLE_AUTHZREUSE=0 still takes one old authorization in a hundred: no challenge, and no fault of one. */
const neverReuse = {
  file: "wfe/wfe.go",
  from: "rand.Intn(100) > wfe.authzReusePercent",
  to: "rand.Intn(100) >= wfe.authzReusePercent",
};
/** Let's Encrypt's staging issuers say so in their names, which is how one tells them apart. */
const namedStaging = ["Root", "Intermediate"].map((which) => ({
  file: "ca/ca.go",
  from: `"Pebble ${which} CA "`,
  to: `"(STAGING) Pebble ${which} CA "`,
}));

export const binaries: readonly Binary[] = [
  { path: "kube", package: "./cmd/kube", linker: kubernetes },
  { path: "kubectl", package: "k8s.io/kubernetes/cmd/kubectl", linker: kubernetes },
  { path: "cert-manager", package: "./cmd/cert-manager" },
  { path: "external-dns", package: "./cmd/external-dns" },
  {
    path: "helm4/helm",
    package: "helm.sh/helm/v4/cmd/helm",
    linker: ["helm.sh/helm/v4/internal/version.version=v4.2.4"],
  },
  {
    path: "helm3/helm",
    package: "helm.sh/helm/v3/cmd/helm",
    linker: ["helm.sh/helm/v3/internal/version.version=v3.21.4"],
  },
  {
    path: "pebble",
    package: `${pebble}/cmd/pebble`,
    patch: { module: pebble, changes: [neverReuse] },
  },
  {
    path: "pebble-staging",
    package: `${pebble}/cmd/pebble`,
    patch: { module: pebble, changes: [neverReuse, ...namedStaging] },
  },
];

/** Modules that only lend files: CRDs and charts. Sums as in go.sum. */
export const sources = {
  gatewayApi: {
    module: "sigs.k8s.io/gateway-api",
    version: "v1.5.1",
    sum: "h1:RqVRIlkhLhUO8wOHKTLnTJA6o/1un4po4/6M1nRzdd0=",
  },
  certManager: {
    module: "github.com/cert-manager/cert-manager",
    version: "v1.21.1",
    sum: "h1:0LttV37Q5c2CBNoHkjuI8sLKTXWZDC2SwQkxrBMKV9w=",
  },
  /** Its tree carries the chart 1.21.1, made for app 0.21.0. */
  externalDnsChart: {
    module: "sigs.k8s.io/external-dns",
    version: "v0.22.0",
    sum: "h1:+ASJ3KF7DLqHo2LsG8Qinuh2J389MS86I19i/r8ewUc=",
  },
} as const;

export type Source = (typeof sources)[keyof typeof sources];
