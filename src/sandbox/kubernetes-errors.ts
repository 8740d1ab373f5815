import { UserError } from "../errors.ts";
import type { Conflict } from "./store/server-side-apply.ts";

export function unreachableError(): UserError {
  return new UserError(
    "GT-CLUSTER-UNREACHABLE",
    "The cluster does not answer: Unable to connect to the server: dial tcp 10.0.12.34:443: i/o timeout.",
    { hint: "Its endpoint may be private: run this from inside its network." },
  );
}

export function forbiddenError(verb: string): UserError {
  return new UserError(
    "GT-CLUSTER-FORBIDDEN",
    `The cluster forbids it: Error from server (Forbidden): User "operator" cannot ${verb} this resource.`,
    { hint: "Ask an administrator of the cluster for an EKS access entry that may write." },
  );
}

export function conflictError(object: string, conflicts: readonly Conflict[]): UserError {
  const count = conflicts.length === 1 ? "1 conflict" : `${conflicts.length} conflicts`;
  const [first] = conflicts;
  return new UserError(
    "GT-FIELD-CONFLICT",
    `${object}: Apply failed with ${count}: conflict with "${first?.manager ?? ""}" using v1: ${conflicts.map(({ field }) => field).join(", ")}.`,
    {
      hint: "Another tool manages these fields: change them there, or give the object another name.",
    },
  );
}

export function rejectedError(message: string): UserError {
  return new UserError("GT-OBJECT-INVALID", `The API server refuses it: ${message}.`);
}

export function notServedError(object: {
  apiVersion: string;
  kind: string;
  name: string;
}): UserError {
  const { apiVersion, kind, name } = object;
  return rejectedError(
    `resource mapping not found for name: "${name}" namespace: "" from "STDIN": no matches for kind "${kind}" in version "${apiVersion}"; ensure CRDs are installed first`,
  );
}
