import { applyRelease, inspectRelease, settleRelease } from "./releases.ts";
import type { Step } from "./step.ts";

const id = "external-dns";

/** ExternalDNS, for one zone and our Gateway only. It needs the CRDs to start, and its identity. */
export const externalDns: Step = {
  id,
  title: "ExternalDNS",
  after: ["gateway-api-crds", "external-dns-identity"],
  inspect: (context) => inspectRelease(context, id, id, { withNamespace: false }),
  apply: (context) => applyRelease(context, id, context.plan.namespaces.externalDns),
  settle: (context) => settleRelease(context, id),
};
