import { nameHosts } from "./failed-hosts.ts";
import { findLiveIssuer, waitForCertificates } from "./issuance.ts";
import type { Step } from "./step.ts";

/** The certificate, from the issuer that the Gateway names now. */
export const certificate: Step = {
  id: "certificate",
  title: "Certificate",
  after: ["https-listener"],
  inspect: async () => [],
  async settle(context) {
    const issuer = (await findLiveIssuer(context)) ?? context.plan.names.issuers.staging;
    await waitForCertificates(context, issuer);
    const { failures = [], plan } = context;
    const without = failures.length === 0 ? "" : `, without ${nameHosts(failures)}`;
    return plan.hosts.length === 0 ? `no hosts${without}` : `issued by ${issuer}${without}`;
  },
};
