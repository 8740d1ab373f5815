import { UserError } from "../../errors.ts";
import {
  firstLine,
  type KnownFailure,
  parseConflicts,
  retryFor,
  wordsOf,
} from "./failure-texts.ts";

const WEBHOOK = String.raw`failed calling webhook "([^"]+)"`;

/** The cluster was asked and refused: admission first, since a webhook's failure quotes others. */
export const requestFailures: readonly KnownFailure[] = [
  {
    pattern: new RegExp(
      `${WEBHOOK}[\\s\\S]*(?:context deadline exceeded|i/o timeout|Client\\.Timeout|request canceled)`,
    ),
    explain: ([, webhook = ""]) =>
      new UserError(
        "GT-WEBHOOK-TIMEOUT",
        `The API server got no answer from the webhook ${webhook} in time.`,
        {
          hint: "Let the control plane's security group reach the nodes on the webhook's port.",
          retry: retryFor(120_000, `waiting for the webhook ${webhook} to answer`),
        },
      ),
  },
  {
    pattern: new RegExp(WEBHOOK),
    explain: ([, webhook = ""], text) =>
      new UserError(
        "GT-WEBHOOK-NOT-READY",
        `The webhook ${webhook} does not work yet: ${firstLine(text.slice(text.lastIndexOf('": ') + 3))}.`,
        {
          hint: "Look at the webhook's pods and Service; it must answer before objects can be applied.",
          retry: retryFor(120_000, `the webhook ${webhook} is starting`),
        },
      ),
  },
  {
    pattern: /admission webhook "([^"]+)" does not support dry run/,
    explain: ([, webhook = ""]) =>
      new UserError(
        "GT-WEBHOOK-NO-DRY-RUN",
        `The webhook ${webhook} does not support dry runs, so the change cannot be rehearsed on the server.`,
        { hint: "Go on without the server's dry run." },
      ),
  },
  {
    pattern: /Installing experimental CRDs on top of standard/,
    explain: () =>
      new UserError(
        "GT-CRD-CHANNEL",
        "The cluster's policy safe-upgrades.gateway.networking.k8s.io refuses experimental Gateway API CRDs on top of standard ones.",
        { hint: "Give the standard channel of the bundle with --crds; do not delete the policy." },
      ),
  },
  {
    pattern:
      /(?:\S+ "[^"]+" is forbidden: )?(?:admission webhook "[^"]+" denied the request|ValidatingAdmissionPolicy '[^']+'.*denied request|exceeded quota|violates PodSecurity)/,
    explain: ({ index }, text) =>
      new UserError(
        "GT-ADMISSION-DENIED",
        `The cluster's policy refused: ${wordsOf(text.slice(index))}.`,
        { hint: "Ask whoever owns that policy, or change the values it names." },
      ),
  },
  {
    pattern: /unable to create new content in namespace (\S+) because it is being terminated/,
    explain: ([, namespace = ""]) =>
      new UserError(
        "GT-NAMESPACE-TERMINATING",
        `The namespace ${namespace} is being deleted, so nothing can be made in it yet.`,
        {
          hint: `See what holds it: kubectl get namespace ${namespace} -o jsonpath='{.status.conditions}'`,
          retry: retryFor(300_000, `waiting for the namespace ${namespace} to be gone`),
        },
      ),
  },
  {
    pattern:
      /Apply failed with \d+ conflicts?|conflicts? with "[^"]+"(?: using \S+)?: *\n?(?:- )?\./,
    explain: (_, text) =>
      new UserError(
        "GT-FIELD-CONFLICT",
        `Others manage fields that are to have another value: ${describeConflicts(text)}.`,
        {
          hint: "Have that manager give the field up, or want the same value: gateway-tls never forces another manager.",
        },
      ),
  },
  {
    pattern: /Operation cannot be fulfilled on ([^:]+):/,
    explain: ([, object = ""]) =>
      new UserError("GT-OBJECT-CHANGED", `${object} was changed by another at the same moment.`, {
        hint: "Run the same command again: it resumes.",
        retry: retryFor(10_000, "another change came first", 1000),
      }),
  },
  {
    pattern:
      /User "([^"]*)" cannot (\w+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?/,
    explain: ([, user = "", verb = "", resource = "", group = "", namespace]) => {
      const where = namespace === undefined ? "in the whole cluster" : `in namespace ${namespace}`;
      const what = group === "" ? resource : `${resource}.${group}`;
      return new UserError(
        "GT-CLUSTER-FORBIDDEN",
        `The cluster does not let ${user} ${verb} ${what} ${where}.`,
        {
          hint: `Have an RBAC role grant it: verbs [${verb}], resources [${resource}], apiGroups ["${group}"].`,
        },
      );
    },
  },
  {
    pattern: /no matches for kind "([^"]+)" in version "([^"]+)"/,
    explain: ([, kind = "", version = ""]) =>
      new UserError("GT-KIND-NOT-SERVED", `The cluster does not serve ${kind} of ${version}.`, {
        hint: "Install the CRDs that define it, or look whether they were removed meanwhile.",
        retry: retryFor(30_000, `waiting for the cluster to serve ${kind}`, 2000),
      }),
  },
  {
    pattern: /is invalid:|unknown field|ValidationError|strict decoding error|\(BadRequest\)/,
    explain: (_, text) =>
      new UserError("GT-OBJECT-INVALID", `The API server refuses an object: ${firstLine(text)}.`, {
        hint: "Check the installed CRDs' version against docs/compatibility.md.",
      }),
  },
  {
    pattern: /(\S+) "([^"]+)" not found/,
    explain: ([, kind = "", name = ""]) =>
      new UserError("GT-OBJECT-NOT-FOUND", `${kind} ${name} is not in the cluster.`, {
        hint: "It was removed meanwhile: run the same command again.",
      }),
  },
  {
    pattern: /\bis forbidden\b|\(Forbidden\)/,
    explain: (_, text) =>
      new UserError("GT-CLUSTER-FORBIDDEN", `The cluster forbids this: ${firstLine(text)}.`, {
        hint: "Ask the cluster's administrator for that permission.",
      }),
  },
];

function describeConflicts(text: string): string {
  const fields = new Map<string, string[]>();
  for (const { manager, field } of parseConflicts(text)) {
    fields.set(manager, [...(fields.get(manager) ?? []), field]);
  }
  return [...fields].map(([manager, owned]) => `${manager} has ${owned.join(", ")}`).join("; ");
}
