import { describe, expect, test } from "vitest";
import { redactObject } from "../../src/checks/redact-object.ts";
import { redactText } from "../../src/checks/redact.ts";

describe("redaction", () => {
  test.each([
    ["a block", "password: |\n  one\n  two\nnext: 1\n", "password: |\n  (removed)\nnext: 1\n"],
    ["a whole line", "  passphrase: one two; three", "  passphrase: (removed)"],
    ["what is quoted", 'secret="a b;c" next=1', 'secret="(removed)" next=1'],
    ["JSON in JSON", '{"a":"{\\"token\\":\\"x y\\"}"}', '{"a":"{\\"token\\":\\"(removed)\\"}"}'],
    ["what is not quoted", "DB_PASS=a;b,c next=1", "DB_PASS=(removed) next=1"],
    ["a flag in two words", "run --password x --verbose", "run --password (removed) --verbose"],
    ["a switch", "automountServiceAccountToken: false", "automountServiceAccountToken: false"],
    [
      "the key of an object",
      'msg="done" key="gateway-tls/www"',
      'msg="done" key="gateway-tls/www"',
    ],
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

  test("what is ours keeps what helps; what is somebody else's keeps names only", () => {
    const container = {
      name: "a",
      args: ["--a=b"],
      env: [{ name: "A", value: "b" }, { name: "C" }],
    };
    const pod = { kind: "Pod", spec: { containers: [container] } };
    const settings = { kind: "ConfigMap", data: { a: "b" }, binaryData: { c: "ZA==" } };
    expect(redactObject(pod)).toEqual(pod);
    expect(redactObject(settings)).toMatchObject({ data: { a: "b" } });
    expect(redactObject(pod, { foreign: true })).toEqual({
      kind: "Pod",
      spec: {
        containers: [
          {
            name: "a",
            args: "(removed)",
            env: [{ name: "A", value: "(removed)" }, { name: "C" }],
          },
        ],
      },
    });
    expect(redactObject(settings, { foreign: true })).toEqual({
      kind: "ConfigMap",
      data: { a: "(removed)" },
      binaryData: { c: "(removed)" },
    });
  });

  test("names of Secrets, and switches, are no secrets", () => {
    const spec = {
      privateKeySecretRef: { name: "account-key" },
      privateKey: { rotationPolicy: "Always" },
      automountServiceAccountToken: false,
      volumes: [{ secret: { secretName: "www-tls" } }],
      imagePullSecrets: [{ name: "registry" }],
    };
    expect(redactObject({ kind: "ClusterIssuer", spec })).toEqual({ kind: "ClusterIssuer", spec });
  });

  test("a Challenge loses its token and its key", () => {
    const challenge = { kind: "Challenge", spec: { token: "t", key: "t.k", dnsName: "a.example" } };
    expect(redactObject(challenge)).toEqual({
      kind: "Challenge",
      spec: { token: "(removed)", key: "(removed)", dnsName: "a.example" },
    });
  });
});
