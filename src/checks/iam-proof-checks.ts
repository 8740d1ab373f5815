import type { Fact } from "../facts/fact.ts";
import type { IamProof } from "../facts/iam-proof.ts";
import { listNames } from "../nearest.ts";
import { failed, judgeIfSeen, ok, type Check } from "./check.ts";

/** IAM proved, not assumed: asked from IAM's own simulator. */
export const iamProofChecks: readonly Check<Fact<IamProof>>[] = [
  {
    id: "iam-own-zone",
    title: "ExternalDNS's role may write the records of its zone",
    after: [],
    evaluate: (fact) =>
      judgeIfSeen(fact, ({ own, roleArn, zoneId }) => {
        const denied = own.filter(({ verdict }) => verdict === "denied");
        if (denied.length === 0) return ok(zoneId);
        const actions = [...new Set(denied.map(({ action }) => action))];
        return failed(
          "GT-IAM-TOO-LITTLE",
          `IAM denies ${roleArn} in the zone ${zoneId}: ${listNames(actions)}.`,
          "Look for a permissions boundary or a service control policy; the policy itself is put right by: gateway-tls init",
        );
      }),
  },
  {
    id: "iam-other-zone",
    title: "ExternalDNS's role may write nothing else",
    after: [],
    evaluate: (fact) =>
      judgeIfSeen(fact, ({ others, roleArn }) => {
        const allowed = others.filter(({ verdict }) => verdict === "allowed");
        if (allowed.length === 0) return ok();
        return failed(
          "GT-IAM-TOO-MUCH",
          `IAM allows ${roleArn} more than it needs: ${listNames(allowed.map(({ what }) => what))}.`,
          `Detach what was attached to it beside its own policy: aws iam list-attached-role-policies --role-name ${roleArn.split("/").at(-1) ?? ""}`,
        );
      }),
  },
];
