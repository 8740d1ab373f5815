import { describe, expect, it } from "vitest";
import { classifyAnswer, classifyClusterText } from "../../../src/adapters/cluster/classify.ts";
import { firstLine, parseConflicts, redact } from "../../../src/adapters/cluster/failure-texts.ts";

const server = "https://api.example.org";
const classify = (text: string) => classifyClusterText(text, server, "Applying Gateway edge");

const webhook = 'failed calling webhook "webhook.cert-manager.io": failed to call webhook: ';
const validating =
  'error: error validating "STDIN": error validating data: Get "https://api.example.org/openapi/v2?timeout=32s": ';

describe("the words of kubectl, the proxy and the API server", () => {
  it.each([
    // [code, retried for (ms), what the message names, text]
    ["GT-CONTEXT-NOT-FOUND", undefined, "prod", 'error: context "prod" does not exist'],
    ["GT-CONTEXT-NOT-FOUND", undefined, "prod", "error: cannot locate context prod"],
    [
      "GT-CONTEXT-NOT-FOUND",
      undefined,
      "current",
      "error: current-context must exist in order to minify",
    ],
    [
      "GT-KUBECONFIG-INVALID",
      undefined,
      "yaml: line 1",
      'error: error loading config file "k": yaml: line 1: did not find expected node',
    ],
    ["GT-CLUSTER-UNREACHABLE", 60_000, server, "dial tcp 127.0.0.1:1: connect: connection refused"],
    [
      "GT-CLUSTER-UNREACHABLE",
      60_000,
      "i/o timeout",
      "Unable to connect to the server: dial tcp 10.0.0.1:443: i/o timeout",
    ],
    [
      "GT-CLUSTER-UNREACHABLE",
      60_000,
      server,
      "The connection to the server api.example.org was refused - did you specify the right host or port?",
    ],
    [
      "GT-CLUSTER-UNREACHABLE",
      60_000,
      "no such host",
      `${validating}dial tcp: lookup api.example.org on 10.0.0.2:53: no such host; if you choose to ignore these errors, turn validation off with --validate=false`,
    ],
    [
      "GT-CLUSTER-UNREACHABLE",
      60_000,
      server,
      'Error: Kubernetes cluster unreachable: Get "https://api.example.org/version": EOF',
    ],
    [
      "GT-CLUSTER-UNAUTHORIZED",
      undefined,
      server,
      "error: You must be logged in to the server (Unauthorized)",
    ],
    [
      "GT-CLUSTER-UNAUTHORIZED",
      undefined,
      server,
      "Error: Kubernetes cluster unreachable: the server has asked for the client to provide credentials",
    ],
    [
      "GT-CLUSTER-FORBIDDEN",
      undefined,
      "patch configmaps in namespace web",
      'Error from server (Forbidden): configmaps "one" is forbidden: User "viewer" cannot patch resource "configmaps" in API group "" in the namespace "web"',
    ],
    [
      "GT-CLUSTER-FORBIDDEN",
      undefined,
      "list gateways.gateway.networking.k8s.io in the whole cluster",
      'gateways.gateway.networking.k8s.io is forbidden: User "viewer" cannot list resource "gateways" in API group "gateway.networking.k8s.io" at the cluster scope',
    ],
    [
      "GT-CREDENTIAL-PLUGIN-MISSING",
      undefined,
      "aws-iam-authenticator",
      "getting credentials: exec: executable aws-iam-authenticator not found\n\nIt looks like you are trying to use a client-go credential plugin that is not installed.",
    ],
    [
      "GT-CREDENTIAL-PLUGIN-FAILED",
      undefined,
      "exit code 255",
      "getting credentials: exec: executable aws failed with exit code 255",
    ],
    [
      "GT-CLUSTER-CERTIFICATE",
      undefined,
      "unknown authority",
      "tls: failed to verify certificate: x509: certificate signed by unknown authority",
    ],
    [
      "GT-CRD-CHANNEL",
      undefined,
      "experimental",
      "customresourcedefinitions \"x\" is forbidden: ValidatingAdmissionPolicy 'safe-upgrades.gateway.networking.k8s.io' with binding 'b' denied request: Installing experimental CRDs on top of standard channel CRDs is prohibited by default.",
    ],
    [
      "GT-ADMISSION-DENIED",
      undefined,
      "no latest tags",
      'Error from server: admission webhook "policy.example.org" denied the request: no latest tags',
    ],
    [
      "GT-FIELD-CONFLICT",
      undefined,
      "argocd has .spec.x",
      'error: Apply failed with 1 conflict: conflict with "argocd" using v1: .spec.x\nPlease review the fields above',
    ],
    [
      "GT-WEBHOOK-NOT-READY",
      120_000,
      "webhook.cert-manager.io",
      `Error from server (InternalError): Internal error occurred: ${webhook}Post "https://cm.svc:443/validate": dial tcp 10.0.0.9:443: connect: connection refused`,
    ],
    [
      "GT-WEBHOOK-NOT-READY",
      120_000,
      "x509",
      `Internal error occurred: ${webhook}Post "https://cm.svc:443/validate": x509: certificate signed by unknown authority`,
    ],
    [
      "GT-WEBHOOK-NOT-READY",
      120_000,
      "not found",
      `Internal error occurred: ${webhook}Post "https://cm.svc:443/validate": service "cert-manager-webhook" not found`,
    ],
    [
      "GT-WEBHOOK-TIMEOUT",
      120_000,
      "webhook.cert-manager.io",
      `Internal error occurred: ${webhook}Post "https://cm.svc:443/validate": context deadline exceeded`,
    ],
    [
      "GT-WEBHOOK-TIMEOUT",
      120_000,
      "webhook.cert-manager.io",
      `Internal error occurred: ${webhook}Post "https://cm.svc:443/validate": dial tcp 10.0.0.9:443: i/o timeout`,
    ],
    [
      "GT-WEBHOOK-NO-DRY-RUN",
      undefined,
      "x.example.org",
      'admission webhook "x.example.org" does not support dry run',
    ],
    [
      "GT-NAMESPACE-TERMINATING",
      300_000,
      "namespace web",
      'configmaps "one" is forbidden: unable to create new content in namespace web because it is being terminated',
    ],
    [
      "GT-OBJECT-CHANGED",
      10_000,
      "leases",
      'Operation cannot be fulfilled on leases.coordination.k8s.io "lock": the object has been modified',
    ],
    [
      "GT-KIND-NOT-SERVED",
      30_000,
      "Gateway",
      'unable to recognize no matches for kind "Gateway" in version "gateway.networking.k8s.io/v1"',
    ],
    [
      "GT-OBJECT-NOT-FOUND",
      undefined,
      "namespaces web",
      'Error from server (NotFound): namespaces "web" not found',
    ],
    [
      "GT-OBJECT-INVALID",
      undefined,
      "bogus",
      'error: error validating "STDIN": error validating data: ValidationError(Service.spec): unknown field "bogus" in io.k8s.api.core.v1.ServiceSpec; if you choose',
    ],
    ["GT-CLUSTER-BUSY", 60_000, "leader changed", "Error from server: etcdserver: leader changed"],
    [
      "GT-KUBERNETES-FAILED",
      undefined,
      "Applying Gateway edge failed: something new",
      "error: something new.",
    ],
  ] as const)("%s, retried for %s ms, names %s", (code, limitMs, named, text) => {
    const error = classify(text);
    expect(error.code).toBe(code);
    expect(error.retry?.limitMs).toBe(limitMs);
    expect(error.message).toContain(named);
    expect(error.hint).toMatch(/\S/);
    expect(error.message).toMatch(/[^.]\.$/);
  });

  it("leaves kubectl's own noise out of the message", () => {
    const { message } = classify(
      `${validating}dial tcp 10.0.0.1:443: connect: connection refused; if you choose to ignore these errors, turn validation off with --validate=false`,
    );
    expect(message).toBe(
      `The API server ${server} cannot be reached: dial tcp 10.0.0.1:443: connect: connection refused.`,
    );
  });

  it("goes by the status where the words are not enough", () => {
    const answer = (status: number, message: string) =>
      classifyAnswer({ status, message }, server, "Listing secrets");
    expect(answer(401, "go away").code).toBe("GT-CLUSTER-UNAUTHORIZED");
    expect(answer(429, "slow down")).toMatchObject({
      code: "GT-CLUSTER-BUSY",
      retry: { limitMs: 60_000 },
    });
    expect(answer(500, "dial tcp 1.2.3.4:443: connect: no route to host").code).toBe(
      "GT-CLUSTER-UNREACHABLE",
    );
  });
});

describe("conflicts", () => {
  it("are read from one line and from a list", () => {
    const text =
      'Apply failed with 3 conflicts: conflicts with "argocd" using v1:\n- .spec.x\n- .spec.listeners[name="http"].port\nconflicts with "helm" using v1:\n- .data.a';
    expect(parseConflicts(text)).toEqual([
      { manager: "argocd", field: ".spec.x" },
      { manager: "argocd", field: '.spec.listeners[name="http"].port' },
      { manager: "helm", field: ".data.a" },
    ]);
  });
});

describe("texts of other programs", () => {
  it("lose their tokens", () => {
    const text = "got k8s-aws-v1.aHR0cHM6_-x and Authorization: Bearer abc.def-1 here";
    expect(redact(text)).toBe("got [redacted] and Authorization: Bearer [redacted] here");
    expect(classify(`error: ${text}`).message).not.toMatch(/aHR0|abc\.def/);
  });

  it("are told by their first line that says something", () => {
    expect(firstLine("\nWarning: old API\nError from server (Invalid): bad.\nmore")).toBe("bad");
    expect(firstLine("")).toBe("it gave no reason");
  });
});
