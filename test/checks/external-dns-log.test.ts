import { expect, test } from "vitest";
import { explainExternalDnsLog } from "../../src/checks/external-dns-log.ts";

const ROLE = "arn:aws:iam::123456789012:role/gateway-tls-external-dns.eu-west-1.lab";
const SOURCE = { role: ROLE, deployment: { name: "dns", namespace: "network" } };
const USER = `${ROLE.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")}/1`;
const DENIED = `operation error Route 53: ChangeResourceRecordSets, https response error StatusCode: 403, RequestID: 1, api error AccessDenied: User: ${USER} is not authorized to perform: route53:ChangeResourceRecordSets with an explicit deny in a service control policy`;
const SUBMISSION = `level=error msg="Failure in zone lab.example. when submitting change batch: ${DENIED}"`;
const ROUND =
  'level=error msg="Failed to do run once: soft error\\nfailed to submit all changes for the following zones: [/hostedzone/Z1] (consecutive soft errors: 2)"';
const GOOD = 'level=info msg="All records are already up to date"';

test("a refused write is told in AWS's words, which come before the round's last line", () => {
  const finding = explainExternalDnsLog([GOOD, SUBMISSION, ROUND], SOURCE);
  expect(finding?.code).toBe("GT-EXTERNAL-DNS-PERMISSION");
  expect(finding?.message).toContain("not authorized to perform: route53:ChangeResourceRecordSets");
});

test("without those words the round's last line is quoted", () => {
  const finding = explainExternalDnsLog([GOOD, ROUND], SOURCE);
  expect(finding).toMatchObject({
    code: "GT-EXTERNAL-DNS-FAILING",
    message: expect.stringContaining("failed to submit all changes"),
  });
});

test("a round that went well afterwards leaves nothing to tell", () => {
  expect(explainExternalDnsLog([SUBMISSION, ROUND, GOOD], SOURCE)).toBeUndefined();
});

test.each([
  ["the node's", "demo-node-role/i-0a1b2c3d4e5f60718", "GT-EXTERNAL-DNS-IDENTITY"],
  ["another role's", "somebody/eks-demo-external-d-1234", "GT-EXTERNAL-DNS-IDENTITY"],
  ["a longer name's", "gateway-tls-external-dns.eu-west-1.lab2/1", "GT-EXTERNAL-DNS-IDENTITY"],
  ["our role's", "gateway-tls-external-dns.eu-west-1.lab/1", "GT-EXTERNAL-DNS-PERMISSION"],
])("whose the refused session is decides: %s", (_, session, code) => {
  const line = SUBMISSION.replace(USER, `arn:aws:sts::123456789012:assumed-role/${session}`);
  expect(explainExternalDnsLog([line, ROUND], SOURCE)?.code).toBe(code);
});

test.each([
  ["a node's session", "demo-node-role/i-0a1b2c3d4e5f60718", "GT-EXTERNAL-DNS-IDENTITY"],
  ["any other", "somebody/1764000000000000000", "GT-EXTERNAL-DNS-PERMISSION"],
])("of an installation whose role is not known: %s", (_, session, code) => {
  const line = SUBMISSION.replace(USER, `arn:aws:sts::123456789012:assumed-role/${session}`);
  const source = { ...SOURCE, role: undefined };
  expect(explainExternalDnsLog([line, ROUND], source)?.code).toBe(code);
});

test("the commands name the Deployment where it is", () => {
  expect(explainExternalDnsLog([ROUND], SOURCE)?.hint).toBe(
    "kubectl logs deployment/dns --namespace network",
  );
  const line = SUBMISSION.replace(USER, "arn:aws:sts::1:assumed-role/node/i-0a1b2c3d4e5f60718");
  expect(explainExternalDnsLog([line, ROUND], SOURCE)?.hint).toBe(
    "kubectl rollout restart deployment dns --namespace network",
  );
});

test("a line in JSON is quoted as one in logfmt is", () => {
  const line = '{"level":"error","msg":"Failed to do run once: soft error","time":"2026-11-23"}';
  expect(explainExternalDnsLog([line], SOURCE)?.message).toBe(
    "ExternalDNS reports: Failed to do run once: soft error",
  );
});
