import { expect, test } from "vitest";
import { known } from "../../src/facts/fact.ts";
import * as good from "./build-facts.ts";
import { type PreflightCase, runCase } from "./preflight-case.ts";

const lb = good.buildConfig().loadBalancer;

/** The Service of our Gateway, with the annotation of the in-tree controller. */
const madeBy = (loadBalancerClass: string | undefined, hasAddress = true) =>
  known([
    { namespace: "shop", name: "web", ports: [80] },
    {
      namespace: "gateway-tls",
      name: "gateway-tls-nginx",
      ports: [80],
      gateway: "gateway-tls",
      balancer: {
        loadBalancerClass,
        hasAddress,
        annotations: { "service.beta.kubernetes.io/aws-load-balancer-type": "nlb" },
      },
    },
  ]);

const cases: PreflightCase[] = [
  {
    what: "the wished load balancer provider is absent",
    config: { loadBalancer: { ...lb, provider: "auto-mode" } },
    expected: ["load-balancer failed GT-LOAD-BALANCER-MISSING"],
  },
  {
    what: "the load balancer controller has no ready pod",
    facts: { loadBalancer: known({ controller: undefined, webhook: true }) },
    expected: ["load-balancer warning GT-LOAD-BALANCER-NOT-READY"],
  },
  {
    what: "in-tree is asked beside the controller",
    config: { loadBalancer: { ...lb, provider: "in-tree" } },
    expected: ["load-balancer warning GT-LOAD-BALANCER-CLAIMED"],
  },
  {
    what: "another provider is asked than the one that made the load balancer",
    config: { loadBalancer: { ...lb, provider: "lbc" } },
    facts: { services: madeBy(undefined) },
    expected: ["load-balancer failed GT-LOAD-BALANCER-OTHER"],
    says: /is for the in-tree controller/,
    hint: /^Use --load-balancer in-tree, or run `gateway-tls uninstall` first\.$/,
  },
  {
    what: "in-tree is asked again, and the controller has come since",
    config: { loadBalancer: { ...lb, provider: "in-tree" } },
    facts: { services: madeBy(undefined) },
    expected: [],
  },
  {
    what: "in-tree is asked again, and the controller had taken the Service",
    config: { loadBalancer: { ...lb, provider: "in-tree" } },
    facts: { services: madeBy("service.k8s.aws/nlb") },
    expected: ["load-balancer warning GT-LOAD-BALANCER-CLAIMED"],
  },
  {
    what: "who made the load balancer has gone",
    facts: {
      services: madeBy("eks.amazonaws.com/nlb"),
      loadBalancer: known({ controller: undefined, webhook: false }),
    },
    expected: ["load-balancer warning GT-LOAD-BALANCER-CONTROLLER"],
    says: /EKS Auto Mode's load balancing, which demo does not have any more/,
  },
  {
    what: "who was to make the load balancer has gone before it did",
    facts: {
      services: madeBy("service.k8s.aws/nlb", false),
      loadBalancer: known({ controller: undefined, webhook: false }),
    },
    expected: ["load-balancer failed GT-LOAD-BALANCER-MISSING"],
    says: /waits for the AWS Load Balancer Controller, which demo does not have/,
    hint: /gateway-tls uninstall/,
  },
  {
    what: "in-tree is asked beside the controller, and nobody has made the load balancer yet",
    config: { loadBalancer: { ...lb, provider: "in-tree" } },
    facts: { services: madeBy(undefined, false) },
    expected: ["load-balancer warning GT-LOAD-BALANCER-CLAIMED"],
  },
  {
    what: "no load balancer controller: in-tree",
    facts: { loadBalancer: known({ controller: undefined, webhook: false }) },
    expected: [],
  },
  {
    what: "an internal load balancer and a public CA",
    config: { loadBalancer: { ...lb, scheme: "internal" } },
    expected: ["scheme failed GT-SCHEME-INTERNAL"],
  },
];

test.each(cases)("$what", (one) => {
  const { expected, seen } = runCase(one);
  expect(seen).toEqual(expected);
});
