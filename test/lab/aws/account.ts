import { randomBytes } from "node:crypto";

/** Who and what the lab's AWS is about. */
export interface AwsAccount {
  id: string;
  region: string;
  cluster: string;
  zone: string;
  /** The cluster's OIDC issuer, with `https://`. */
  issuer: string;
  /** The person who runs gateway-tls: may do everything. */
  operator: Person;
  /** Somebody whom the cluster lets do everything but impersonate others. */
  colleague: Person;
  /** Somebody who may only read. */
  reader: Person;
  /** What pods without an identity of their own act as. */
  nodeRole: string;
}

export interface Person {
  accessKeyId: string;
  secretAccessKey: string;
  arn: string;
  /** What the cluster's access entries make of them. */
  groups: string[];
}

/** Somebody whom the cluster lets read everything and write nothing. */
export const READERS = "lab:readers";
export const COLLEAGUES = "lab:colleagues";

export function createAccount(options: { cluster?: string; zone?: string } = {}): AwsAccount {
  const id = "123456789012";
  const region = "eu-west-1";
  return {
    id,
    region,
    cluster: options.cluster ?? "lab",
    zone: options.zone ?? "lab.example",
    issuer: `https://oidc.eks.${region}.amazonaws.com/id/${randomBytes(16).toString("hex").toUpperCase()}`,
    operator: createPerson(id, "operator", "system:masters"),
    colleague: createPerson(id, "colleague", COLLEAGUES),
    reader: createPerson(id, "reader", READERS),
    nodeRole: "lab-node",
  };
}

function createPerson(account: string, name: string, group: string): Person {
  return {
    accessKeyId: `AKIALAB${name.toUpperCase().padEnd(13, "0")}`,
    secretAccessKey: randomBytes(20).toString("hex"),
    arn: `arn:aws:iam::${account}:user/${name}`,
    groups: [group],
  };
}
