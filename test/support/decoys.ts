import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { ZONE_ID } from "../../src/sandbox/seed.ts";

const owned = (owner: string) =>
  `"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=httproute/shop/web"`;

/** Things of others with names like ours: no command may touch them. */
export async function plantDecoys({ simulation }: Sandbox): Promise<void> {
  const { store, state } = simulation;
  const create = (apiVersion: string, kind: string, name: string, namespace?: string) =>
    store.create({
      apiVersion,
      kind,
      metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    });
  create("v1", "Namespace", "gateway-tls-theirs");
  create("v1", "ConfigMap", "gateway-tls", "shop");
  create("v1", "Secret", "www.example.com-tls", "shop");
  create("v1", "Secret", "gateway-tls-production-account", "shop");
  create("v1", "Service", "coffee", "shop");
  create("v1", "ServiceAccount", "external-dns", "shop");
  const { aws } = state;
  aws.roles["gateway-tls-external-dns"] = {
    arn: `arn:aws:iam::${aws.account}:role/gateway-tls-external-dns`,
    name: "gateway-tls-external-dns",
    description: "of someone else",
    trust: { Version: "2012-10-17", Statement: [] },
    tags: { "gateway-tls:installation": "123456789012/eu-west-1/other" },
    attachedPolicyArns: ["arn:aws:iam::aws:policy/AmazonRoute53FullAccess"],
    inlinePolicyNames: [],
    visibleFrom: 0,
  };
  aws.zones[ZONE_ID]?.records.push(
    { name: "shop.example.com", type: "A", ttlSeconds: 60, values: ["192.0.2.7"], visibleFrom: 0 },
    {
      name: "a-edns.shop.example.com",
      type: "TXT",
      ttlSeconds: 300,
      values: [owned("gateway-tls.123456789012.eu-west-1.demo2")],
      visibleFrom: 0,
    },
    {
      name: "mail.example.com",
      type: "CNAME",
      ttlSeconds: 60,
      values: ["mx.example.net"],
      visibleFrom: 0,
    },
    {
      name: "mail.example.com",
      type: "TXT",
      ttlSeconds: 60,
      values: ['"v=spf1 -all"'],
      visibleFrom: 0,
    },
  );
}
