import type { IncomingMessage, ServerResponse } from "node:http";
import * as v from "valibot";
import type { ResourceKind } from "../../../src/kinds.ts";
import type { Conflict } from "./field-owners.ts";

/** Sends a document, as the API server does. */
export function reply(response: ServerResponse, status: number, body: unknown): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const type = typeof body === "string" ? "text/plain" : "application/json";
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(text) });
  response.end(text);
}

/** A failure as a Status. */
export function refuse(
  response: ServerResponse,
  code: number,
  reason: string,
  message: string,
): void {
  reply(response, code, {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason,
    code,
  });
}

const VERBS: Record<string, string> = { POST: "create", PUT: "update", DELETE: "delete" };

/** `configmaps "one" is forbidden: ...`, in upstream's words. */
export function wordForbidden(
  method: string,
  about: { kind: ResourceKind; namespace: string | undefined; name: string | undefined },
): string {
  const { kind, namespace, name } = about;
  const group = kind.apiVersion.includes("/") ? kind.apiVersion.split("/")[0] : "";
  const what = name === undefined ? kind.plural : `${kind.plural} "${name}"`;
  const where =
    namespace === undefined ? "at the cluster scope" : `in the namespace "${namespace}"`;
  return `${what} is forbidden: User "reader" cannot ${VERBS[method] ?? "patch"} resource "${kind.plural}" in API group "${group}" ${where}`;
}

/** `Apply failed with 1 conflict: ...`, in upstream's words. */
export function wordConflicts(conflicts: readonly Conflict[]): string {
  const count = conflicts.length === 1 ? "1 conflict" : `${conflicts.length} conflicts`;
  const [first] = conflicts;
  if (conflicts.length === 1 && first !== undefined) {
    return `Apply failed with ${count}: conflict with "${first.manager}": ${first.field}`;
  }
  const managers = [...new Set(conflicts.map(({ manager }) => manager))];
  const blocks = managers.map((manager) => {
    const fields = conflicts.filter((one) => one.manager === manager);
    return `conflicts with "${manager}":\n${fields.map(({ field }) => `- ${field}`).join("\n")}`;
  });
  return `Apply failed with ${count}: ${blocks.join("\n")}`;
}

export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(v.parse(v.instance(Buffer), chunk));
  const text = Buffer.concat(chunks).toString("utf8");
  return text === "" ? undefined : JSON.parse(text);
}

/** RFC 7386. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const base =
    typeof target === "object" && target !== null && !Array.isArray(target) ? target : {};
  const result = new Map(Object.entries(base));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, mergePatch(result.get(name), value));
  }
  return Object.fromEntries(result);
}
