import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Config } from "../../src/config/config.ts";
import type { HostedZone } from "../../src/ports/aws.ts";
import type { KubernetesObject } from "../../src/ports/kubernetes.ts";
import type { DnsAnswer, ServedCertificate } from "../../src/ports/network.ts";

/** One state of the world, as a file says it: what differs from the one it begins with. */
export interface StateFile {
  what: string;
  /** Issue or source where the words come from. */
  seen?: string;
  /** A file of `states/base`, without `.yaml`. */
  from?: string;
  now?: string;
  /** Merged into the object of the same kind, namespace and name (RFC 7386), or added. */
  objects?: KubernetesObject[];
  /** `Kind namespace/name`. */
  without?: string[];
  /** By `external-dns` and `cert-manager`, wherever they run, or by `namespace/external-dns`. */
  logs?: Record<string, string[]>;
  /** `name TYPE`, and ` @server` for a chosen one. */
  dns?: Record<string, Partial<DnsAnswer> & { silent?: boolean }>;
  /** What a handshake shows, or the words of its failure. */
  handshake?: Partial<ServedCertificate> | string;
  /** What port 80 answers, or the words of its failure. */
  http?: { status: number; headers?: Record<string, string> } | string;
  aws?: {
    /** No answer at all: expired credentials. */
    denied?: boolean;
    /** It refuses what is signed at the time of this machine. */
    clockOff?: boolean;
    zones?: HostedZone[];
    nameServers?: string[];
    associations?: { roleArn: string }[];
  };
  /** Kinds that may not be read, and `pods/log`. */
  forbidden?: string[];
  /** Names in the Secret's certificate. */
  secretNames?: string[];
  /** An installation made by hand, named by its Gateway: `namespace/name`. */
  gateway?: string;
  config?: Partial<Config>;
  expect: {
    verdict: "healthy" | "waiting" | "degraded" | "unknown";
    /** Id of the first link of the worst kind. */
    link?: string;
    code?: string;
    says?: string;
    /** Part of the action to paste. */
    action?: string;
    object?: string;
  };
}

export interface State extends Omit<StateFile, "objects" | "without"> {
  name: string;
  objects: KubernetesObject[];
}

const folder = new URL("./states/", import.meta.url);

export function listStates(): string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
  return files.map((file) => file.replace(/\.yaml$/, "")).toSorted();
}

/** Every state, complete: what it begins with, and what it changes. */
export function readStates(): State[] {
  return listStates().map(readState);
}

export function readState(name: string): State {
  const file = readYaml(`${name}.yaml`);
  const base = readBase(file.from ?? "healthy");
  const { objects = [], without = [], ...rest } = file;
  const kept = (base.objects ?? []).filter((object) => !without.includes(keyOf(object)));
  const changed = objects.reduce(applyChange, kept);
  return { ...base, ...rest, name, objects: changed };
}

// The files are our own, and the tests that read them fail on a wrong shape.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const readYaml = (path: string) => parse(readFileSync(new URL(path, folder), "utf8")) as StateFile;

const bases = new Map<string, StateFile>();

/** Large, and the same for nearly all: parsed once, and a copy for each. */
function readBase(name: string): StateFile {
  const base = bases.get(name) ?? readYaml(`base/${name}.yaml`);
  bases.set(name, base);
  return structuredClone(base);
}

export function keyOf({ kind, metadata }: KubernetesObject): string {
  return metadata.namespace === undefined
    ? `${kind} ${metadata.name}`
    : `${kind} ${metadata.namespace}/${metadata.name}`;
}

function applyChange(all: KubernetesObject[], change: KubernetesObject): KubernetesObject[] {
  const key = keyOf(change);
  if (!all.some((object) => keyOf(object) === key)) return [...all, change];
  return all.map((object) => {
    if (keyOf(object) !== key) return object;
    // A merge of an object with a part of one is an object.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return mergePatch(object, change) as KubernetesObject;
  });
}

/** JSON merge patch, RFC 7386. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const merged: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
