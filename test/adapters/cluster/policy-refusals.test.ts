import { describe, expect, it } from "vitest";
import { classifyClusterText } from "../../../src/adapters/cluster/classify.ts";

const classify = (text: string) =>
  classifyClusterText(text, "https://api.example.org", "Applying HTTPRoute shop/api");

describe("a policy's refusal", () => {
  const kyverno =
    "admission webhook \"validate.kyverno.svc-fail\" denied the request: \n\nresource HTTPRoute/shop/api was blocked due to the following policies \n\nrequire-labels:\n  check-for-labels: 'validation error: label team is required. rule check-for-labels failed at path /metadata/labels/team/'";

  it.each([
    [
      "of Kyverno, which has lines",
      kyverno,
      "admission webhook \"validate.kyverno.svc-fail\" denied the request: resource HTTPRoute/shop/api was blocked due to the following policies require-labels: check-for-labels: 'validation error: label team is required. rule check-for-labels failed at path /metadata/labels/team/'.",
    ],
    [
      "of Gatekeeper",
      'Error from server (Forbidden): admission webhook "validation.gatekeeper.sh" denied the request: [ns-must-have-gk] you must provide labels: {"gatekeeper"}',
      'admission webhook "validation.gatekeeper.sh" denied the request: [ns-must-have-gk] you must provide labels: {"gatekeeper"}.',
    ],
    [
      "that gives no reason",
      'admission webhook "x.example.org" denied the request: \n',
      'admission webhook "x.example.org" denied the request.',
    ],
    [
      "of a quota, with its object",
      'Error from server (Forbidden): pods "api" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2',
      'pods "api" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2.',
    ],
    [
      "of the Pod Security standard, with its object",
      'pods "api" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true',
      'pods "api" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true.',
    ],
  ])("is told whole: %s", (_, text, words) => {
    expect(classify(text)).toMatchObject({
      code: "GT-ADMISSION-DENIED",
      message: `The cluster's policy refused: ${words}`,
    });
  });

  it("has neither control characters, nor tokens, nor the warnings of others", () => {
    const noise =
      "\u001B[31mlabel\u001B[0m\u0007 team\r\nWarning: old API\nBearer \u001B[1mabc.def-1\u202E is refused";
    expect(classify(`${kyverno}\n${noise}`).message).toMatch(
      /team\/' label team Bearer \[redacted\] is refused\.$/,
    );
  });

  it("is cut at a word where it is long", () => {
    const { message } = classify(`${kyverno}\n${"every-word ".repeat(200)}`);
    expect(message.length).toBeLessThan(650);
    expect(message).toMatch(/ every-word \[cut\]\.$/);
  });
});
