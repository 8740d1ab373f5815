import { writeFileSync } from "node:fs";
import type { KubernetesObject } from "../../src/ports/kubernetes.ts";
import { fields } from "../../src/sandbox/fields.ts";
import { readState } from "../../src/sandbox/state-file.ts";
import type { WorldState } from "../../src/sandbox/world-state.ts";

/** What must not be in any bundle, wherever it stood. */
export const secrets = {
  password: "correct-horse-battery",
  encoded: Buffer.from("correct-horse-battery").toString("base64"),
  jwt: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzeXN0ZW0ifQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg",
  eksToken: "k8s-aws-v1.aHR0cHM6Ly9zdHMuYW1hem9uYXdzLmNvbS8",
  accessKey: "AKIAIOSFODNN7EXAMPLE",
  secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  bearer: "mF_9.B5f-4.1JqM",
  acmeToken: "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0",
  acmeKey: "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA",
  aesKey: "cm9vdC1vZi1hbGwtZXZpbC1pcy1hLWtleQ",
  keyBody: "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg",
  underKey: "under-a-telling-key",
  nextLine: "and-in-its-next-line",
  inBlock: "in-a-block-of-text",
  inNextBlockLine: "in-its-next-line",
  afterSemicolon: "behind-a-semicolon",
  afterSpace: "behind-a-space",
  afterComma: "behind-a-comma",
  short: "zQ9%v",
  passphrase: "open-sesame",
  credentials: "me-and-my-word",
  privateKey: "raw-private-bytes",
  databasePassword: "pass-of-a-database",
  encryptionKey: "key-that-encrypts",
  twoItems: "argument-of-its-own",
  logged: "flag-in-a-log-line",
  header: "word-in-a-header",
  foreignSetting: "setting-of-somebody-else",
  foreignBinary: Buffer.from("bytes-of-somebody-else").toString("base64"),
  foreignEnv: "Server=db;User=sa;Word=of-somebody",
  foreignArgument: "argument-of-somebody-else",
};

const settings = `password: |
  ${secrets.inBlock}
  ${secrets.inNextBlockLine}
token=ab;${secrets.afterSemicolon}
secret: "one ${secrets.afterSpace}"
apiKey: a,${secrets.afterComma}
pwd: ${secrets.short}
passphrase: please ${secrets.passphrase}
credentials: ${secrets.credentials}
private_key: ${secrets.privateKey}
`;

/** Into Secrets, environments, annotations, ConfigMaps and logs of a sandbox. */
export function seedSecrets(statePath: string): void {
  const state = readState(statePath);
  if (state === undefined) throw new Error("init keeps its world");
  for (const object of Object.values(state.objects)) {
    const { kind, metadata } = object;
    if (kind === "Secret") object["data"] = { "tls.key": secrets.encoded, "tls.crt": "" };
    if (metadata.name === "external-dns" && kind === "ServiceAccount") {
      metadata.annotations = {
        "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify(secrets),
        note: `password=${secrets.password}`,
      };
    }
    if (kind === "Pod" && metadata.namespace === "gateway-tls") {
      const key = `${secrets.acmeToken}.${secrets.acmeKey}`;
      seedArguments(object, `--token=${secrets.acmeToken}`, `--key=${key}`);
    }
    if (kind === "ConfigMap") {
      object["data"] = {
        ...fields(object["data"]),
        password: `${secrets.underKey}\n${secrets.nextLine}\n`,
        settings,
        extra: `aws_secret_access_key = ${secrets.secretKey}\nid: ${secrets.accessKey}\nurl: https://me:${secrets.password}@host/`,
      };
    }
    if (kind === "Order") seedOrder(object);
    if (kind === "Deployment" && metadata.name === "external-dns") {
      const two = ["--password", secrets.twoItems];
      seedArguments(object, `--txt-encrypt-aes-key=${secrets.aesKey}`, ...two);
      const env = [
        { name: "DB_PASS", value: secrets.databasePassword },
        { name: "ENCRYPTION_KEY", value: secrets.encryptionKey },
        { name: "API_TOKEN", value: secrets.password },
        { name: "PLAIN", value: secrets.jwt },
      ];
      Object.assign(object, { spec: { ...fields(object["spec"]), extraEnv: env } });
    }
  }
  for (const lines of Object.values(state.logs)) {
    lines.push(
      `level=debug msg="Authorization: Bearer ${secrets.bearer}" jwt=${secrets.jwt}`,
      `level=debug msg="exec plugin gave ${secrets.eksToken}"`,
      `level=info msg="started with --password ${secrets.logged}" secret="x;${secrets.afterSemicolon}"`,
      `-----BEGIN EC PRIVATE KEY-----\n${secrets.keyBody}\n-----END EC PRIVATE KEY-----`,
    );
  }
  seedStrangers(state);
  writeFileSync(statePath, JSON.stringify(state));
}

/** What others keep beside the Gateway. */
function seedStrangers({ objects }: WorldState): void {
  const metadata = { namespace: "gateway-tls", name: "shop", uid: "stranger" };
  objects["/ConfigMap|gateway-tls|shop"] = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata,
    data: { motto: secrets.foreignSetting },
    binaryData: { blob: secrets.foreignBinary },
  };
  const container = {
    name: "shop",
    image: "shop:1",
    command: ["sh", "-c", secrets.foreignArgument],
    args: [secrets.foreignArgument],
    env: [{ name: "CONNECTION", value: secrets.foreignEnv }],
  };
  objects["/Pod|gateway-tls|shop"] = {
    apiVersion: "v1",
    kind: "Pod",
    metadata,
    spec: { containers: [container] },
  };
  objects["gateway.networking.k8s.io/HTTPRoute|gateway-tls|shop"] = {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata,
    spec: { rules: [{ filters: [{ set: [{ name: "Authorization", value: secrets.header }] }] }] },
  };
}

/** As the container of a challenge's solver has them. */
function seedArguments(object: KubernetesObject, ...args: string[]): void {
  const spec = fields(object["spec"]);
  Object.assign(object, { spec: { ...spec, extraContainers: [{ name: "acmesolver", args }] } });
}

/** An Order keeps the tokens of all that it might be answered by. */
function seedOrder(object: KubernetesObject): void {
  const challenges = [{ type: "http-01", token: secrets.acmeToken, url: "https://ca.example/1" }];
  const authorizations = [{ identifier: "www.example.com", challenges }];
  Object.assign(object, { status: { ...fields(object["status"]), authorizations } });
}
