import { UserError } from "../errors.ts";
import type { Conflict } from "./store/server-side-apply.ts";

/** By the cluster adapter's codes, as all of these, so that a run meets the same ones. */
export function unreachableError(): UserError {
  return new UserError(
    "GT-CLUSTER-UNREACHABLE",
    "The cluster does not answer: Unable to connect to the server: dial tcp 10.0.12.34:443: i/o timeout.",
    {
      hint: "Its endpoint may be private: run this from inside its network.",
      retry: {
        limitMs: 60_000,
        intervalMs: 5000,
        reason: "waiting for the API server to answer",
      },
    },
  );
}

/** What a request is about; the group is empty for the core kinds. */
export interface Target {
  resource: string;
  group: string;
  namespace: string | undefined;
}

export function forbiddenError(verb: string, { resource, group, namespace }: Target): UserError {
  const what = group === "" ? resource : `${resource}.${group}`;
  const where = namespace === undefined ? "in the whole cluster" : `in namespace ${namespace}`;
  return new UserError(
    "GT-CLUSTER-FORBIDDEN",
    `The cluster does not let operator ${verb} ${what} ${where}.`,
    {
      hint: `Have an RBAC role grant it: verbs [${verb}], resources [${resource}], apiGroups ["${group}"].`,
    },
  );
}

/** 409 of a server-side apply. */
export function conflictError(object: string, conflicts: readonly Conflict[]): UserError {
  const told = conflicts.map(({ manager, field }) => `"${manager}" manages ${field}`).join(", ");
  return new UserError(
    "GT-FIELD-CONFLICT",
    `Others manage fields of ${object} that are to have another value: ${told}.`,
    {
      hint: "Have that manager give the field up, or want the same value: gateway-tls never forces another manager.",
    },
  );
}

/** What the API server says of the object itself; `message` has no full stop. */
export function rejectedError(message: string): UserError {
  return new UserError("GT-OBJECT-INVALID", `The API server refuses an object: ${message}.`, {
    hint: "Check the installed CRDs' version against docs/compatibility.md.",
  });
}

/** 404 of a kind whose CRD is not there, or not yet. */
export function notServedError({
  apiVersion,
  kind,
}: {
  apiVersion: string;
  kind: string;
}): UserError {
  return new UserError(
    "GT-KIND-NOT-SERVED",
    `The cluster does not serve ${kind} of ${apiVersion}.`,
    {
      hint: "Install the CRDs that define it, or look whether they were removed meanwhile.",
      retry: {
        limitMs: 30_000,
        intervalMs: 2000,
        reason: `waiting for the cluster to serve ${kind}`,
      },
    },
  );
}

/** 404 of a write; a read answers `undefined`. */
export function objectNotFound(kind: string, name: string): UserError {
  return new UserError("GT-OBJECT-NOT-FOUND", `${kind} ${name} is not in the cluster.`, {
    hint: "It was removed meanwhile: run the same command again.",
  });
}

/** 403 of the NamespaceLifecycle admission plugin. */
export function terminatingError(namespace: string): UserError {
  return new UserError(
    "GT-NAMESPACE-TERMINATING",
    `The namespace ${namespace} is being deleted, so nothing can be made in it yet.`,
    {
      hint: `See what holds it: kubectl get namespace ${namespace} -o jsonpath='{.status.conditions}'`,
      retry: {
        limitMs: 300_000,
        intervalMs: 5000,
        reason: `waiting for the namespace ${namespace} to be gone`,
      },
    },
  );
}
