import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parseAllDocuments } from "yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { redactObject, redactText } from "../../src/checks/redact.ts";
import type { KubernetesObject } from "../../src/ports/kubernetes.ts";
import { fields } from "../../src/sandbox/fields.ts";
import { readState } from "../../src/sandbox/state-file.ts";
import { runCli } from "../support/run-cli.ts";

const directory = mkdtempSync(join(tmpdir(), "gateway-tls-bundle-"));
const statePath = join(directory, "state.json");
const where = ["--cluster", "demo", "--sandbox", "--sandbox-state", statePath];

/** What must not be in any bundle, wherever it stood. */
const secrets = {
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
};

beforeAll(async () => {
  const wanted = ["--domain", "example.com", "--email", "ops@example.com", "--sample-app"];
  const { exitCode, stderr } = await runCli(["init", ...wanted, "--yes", ...where]);
  if (exitCode !== 0) throw new Error(stderr);
  seedSecrets();
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** Into Secrets, environments, annotations, ConfigMaps and logs. */
function seedSecrets(): void {
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
        extra: `aws_secret_access_key = ${secrets.secretKey}\nid: ${secrets.accessKey}\nurl: https://me:${secrets.password}@host/`,
      };
    }
    if (kind === "Order") seedOrder(object);
    if (kind === "Deployment" && metadata.name === "external-dns") {
      seedArguments(object, `--txt-encrypt-aes-key=${secrets.aesKey}`);
      const env = [
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
      `-----BEGIN EC PRIVATE KEY-----\n${secrets.keyBody}\n-----END EC PRIVATE KEY-----`,
    );
  }
  writeFileSync(statePath, JSON.stringify(state));
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

async function makeBundle(name: string) {
  const file = join(directory, name);
  const ran = await runCli(["status", ...where, "--bundle", file]);
  return { ran, file };
}

describe("the support bundle", () => {
  test("holds what helps, and nothing that gives access", async () => {
    const { ran, file } = await makeBundle("whole.tgz");
    expect(ran.stderr).toContain(file);
    const text = gunzipSync(readFileSync(file)).toString();
    const found = Object.entries(secrets).filter(([, secret]) => text.includes(secret));
    expect(found.map(([name]) => name)).toEqual([]);
    expect(text).toContain("(removed)");
  });

  test("is an archive that tar reads, for its owner alone", async () => {
    const { file } = await makeBundle("tar.tgz");
    const names = execFileSync("tar", ["-tzf", file], { encoding: "utf8" }).trim().split("\n");
    expect(names.map((name) => name.replace("gateway-tls-bundle/", ""))).toEqual(
      expect.arrayContaining([
        "about.txt",
        "status.json",
        "versions.json",
        "unread.txt",
        "objects/gateways.yaml",
        "objects/certificates.yaml",
        "objects/secrets.yaml",
        "objects/events.yaml",
        "logs/external-dns.log",
        "logs/cert-manager.log",
        "logs/nginx-gateway-fabric.log",
      ]),
    );
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const read = (path: string) =>
      execFileSync("tar", ["-xzOf", file, `gateway-tls-bundle/${path}`], { encoding: "utf8" });
    expect(JSON.parse(read("status.json"))).toMatchObject({ schemaVersion: 1 });
    expect(JSON.parse(read("versions.json"))).toMatchObject({ helm: "4.2.4" });
    const [gateway] = parseAllDocuments(read("objects/gateways.yaml"));
    expect(gateway?.toJS()).toMatchObject({ kind: "Gateway", status: expect.anything() });
    expect(read("objects/secrets.yaml")).toContain("tls.key: (removed)");
    expect(read("objects/certificates.yaml")).toContain("secretName: www.example.com-tls");
  });

  test("replaces no file", async () => {
    const file = join(directory, "there.tgz");
    copyFileSync(statePath, file);
    const before = readFileSync(file, "utf8");
    const ran = await runCli(["status", ...where, "--bundle", file]);
    expect([ran.exitCode, ran.stderr]).toEqual([1, expect.stringContaining("GT-BUNDLE-FILE")]);
    expect(readFileSync(file, "utf8")).toBe(before);
  });
});

describe("redaction", () => {
  test.each([
    ["x-amz", "GET /?X-Amz-Signature=0123abcd&b=1", "GET /?X-Amz-Signature=(removed)&b=1"],
    ["a password in a URL", "https://me:hunter22@host/x", "https://me:(removed)@host/x"],
    ["JSON", '{"token":"abcdef123"}', '{"token":"(removed)"}'],
    ["a flag that is a key", "--txt-encrypt-aes-key=abcdefgh", "--txt-encrypt-aes-key=(removed)"],
    [
      "a flag that names a key's place",
      "--leader-election-id=a-key-name",
      "--leader-election-id=a-key-name",
    ],
    ["names of Secrets stay", "secretName: www-tls", "secretName: www-tls"],
    ["a cut-off key", "-----BEGIN PRIVATE KEY-----\nMIIB", "(removed)"],
    ["plain words stay", "the token was refused", "the token was refused"],
  ])("%s", (_, text, clean) => {
    expect(redactText(text)).toBe(clean);
    expect(redactText(clean)).toBe(clean);
  });

  test("a Challenge loses its token and its key", () => {
    const challenge = { kind: "Challenge", spec: { token: "t", key: "t.k", dnsName: "a.example" } };
    expect(redactObject(challenge)).toEqual({
      kind: "Challenge",
      spec: { token: "(removed)", key: "(removed)", dnsName: "a.example" },
    });
  });
});
