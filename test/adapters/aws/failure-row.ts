import type { Aws } from "../../../src/adapters/aws/aws.ts";
import { ourTags, podTrust, zonePolicy } from "../../contract/aws/account.ts";

export const POLICY = "arn:aws:iam::123456789012:policy/p";
export const USER = "arn:aws:sts::123456789012:assumed-role/dev/ann";

export const createPolicy = ({ identity }: Aws) =>
  identity.createPolicy({ name: "p", document: zonePolicy(), tags: ourTags });
export const createRole = ({ identity }: Aws) =>
  identity.createRole({ name: "r", description: "d", trust: podTrust(), tags: ourTags });
export const createProvider = ({ identity }: Aws) =>
  identity.createOidcProvider({ issuer: "https://oidc.example/1", tags: ourTags });
export const associate = ({ identity }: Aws) =>
  identity.createAssociation({
    cluster: "demo",
    namespace: "n",
    serviceAccount: "s",
    roleArn: "arn:aws:iam::123456789012:role/r",
    tags: ourTags,
  });

/** One answer of AWS, and what must be told of it. */
export interface FailureRow {
  on: string;
  answer: [status: number, code: string, message: string];
  act: (aws: Aws) => Promise<unknown>;
  code: string;
  says: RegExp;
  hint: RegExp;
  /** Seconds in which it may pass by itself. */
  within?: number;
}
