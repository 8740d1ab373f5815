import { expect, test } from "vitest";
import { explainExternalDnsLog } from "../../src/checks/external-dns-log.ts";

const ROLE = "arn:aws:iam::123456789012:role/gateway-tls-external-dns.eu-west-1.lab";
const USER = `${ROLE.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")}/1`;
const DENIED = `operation error Route 53: ChangeResourceRecordSets, https response error StatusCode: 403, RequestID: 1, api error AccessDenied: User: ${USER} is not authorized to perform: route53:ChangeResourceRecordSets with an explicit deny in a service control policy`;
const SUBMISSION = `level=error msg="Failure in zone lab.example. when submitting change batch: ${DENIED}"`;
const ROUND =
  'level=error msg="Failed to do run once: soft error\\nfailed to submit all changes for the following zones: [/hostedzone/Z1] (consecutive soft errors: 2)"';
const GOOD = 'level=info msg="All records are already up to date"';

test("a refused write is told in AWS's words, which come before the round's last line", () => {
  const finding = explainExternalDnsLog([GOOD, SUBMISSION, ROUND], ROLE);
  expect(finding?.code).toBe("GT-EXTERNAL-DNS-PERMISSION");
  expect(finding?.message).toContain("not authorized to perform: route53:ChangeResourceRecordSets");
});

test("without those words the round's last line is quoted", () => {
  const finding = explainExternalDnsLog([GOOD, ROUND], ROLE);
  expect(finding).toMatchObject({
    code: "GT-EXTERNAL-DNS-FAILING",
    message: expect.stringContaining("failed to submit all changes"),
  });
});

test("a round that went well afterwards leaves nothing to tell", () => {
  expect(explainExternalDnsLog([SUBMISSION, ROUND, GOOD], ROLE)).toBeUndefined();
});
