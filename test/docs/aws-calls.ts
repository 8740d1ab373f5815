import { openAws } from "../adapters/aws/world.ts";
import { ourTags, podTrust, zonePolicy } from "../contract/aws/account.ts";
import type { Aws } from "../../src/adapters/aws/aws.ts";

const account = "123456789012";
const policyArn = `arn:aws:iam::${account}:policy/dns`;
const roleArn = `arn:aws:iam::${account}:role/dns`;
const issuer = "oidc.eks.eu-west-1.amazonaws.com/id/DEMO";
const policy = { name: "dns", document: zonePolicy(), tags: ourTags };
const role = { name: "dns", description: "", trust: podTrust(), tags: ourTags };
const subject = { cluster: "demo", namespace: "external-dns", serviceAccount: "external-dns" };
const record = {
  name: "under.www.example.com",
  type: "A",
  ttlSeconds: 60,
  values: ["192.0.2.9"],
};

/** Every method of the AWS ports at least once, each against what those before it left. */
const calls: readonly (readonly [method: string, call: (aws: Aws) => Promise<unknown>])[] = [
  ["caller.identify", ({ caller }) => caller.identify()],
  ["clusters.list", ({ clusters }) => clusters.list()],
  ["clusters.find", ({ clusters }) => clusters.find("demo")],
  ["clusters.createAddon", ({ clusters }) => clusters.createAddon("demo", "agent", ourTags)],
  ["clusters.listAddons", ({ clusters }) => clusters.listAddons("demo")],
  ["clusters.deleteAddon", ({ clusters }) => clusters.deleteAddon("demo", "agent")],
  ["zones.list", ({ zones }) => zones.list()],
  ["zones.find", ({ zones }) => zones.find("Z0PUBLIC1")],
  ["zones.nameServers", ({ zones }) => zones.nameServers("Z0PUBLIC1")],
  ["zones.listRecords", ({ zones }) => zones.listRecords("Z0PUBLIC1")],
  ["zones.deleteRecords", ({ zones }) => zones.deleteRecords("Z0PUBLIC1", [record])],
  ["identity.createPolicy", ({ identity }) => identity.createPolicy(policy)],
  ["identity.createPolicy", ({ identity }) => identity.createPolicy(policy)],
  ["identity.findPolicy", ({ identity }) => identity.findPolicy(policyArn)],
  ...[1, 2, 3, 4, 5].map(
    (index) =>
      [
        "identity.updatePolicy",
        ({ identity }: Aws) => identity.updatePolicy(policyArn, zonePolicy(`Z${index}`)),
      ] as const,
  ),
  ["identity.createRole", ({ identity }) => identity.createRole(role)],
  [
    "identity.createRole",
    ({ identity }) => identity.createRole({ ...role, trust: podTrust("other") }),
  ],
  ["identity.findRole", ({ identity }) => identity.findRole("dns")],
  ["identity.updateTrust", ({ identity }) => identity.updateTrust("dns", podTrust())],
  ["identity.attachPolicy", ({ identity }) => identity.attachPolicy("dns", policyArn)],
  [
    "identity.simulate",
    ({ identity }) =>
      identity.simulate([{ roleArn, action: "route53:ListHostedZones", resource: "*" }]),
  ],
  ["identity.listRolesTrusting", ({ identity }) => identity.listRolesTrusting(roleArn)],
  [
    "identity.createOidcProvider",
    ({ identity }) => identity.createOidcProvider({ issuer, tags: ourTags }),
  ],
  ["identity.findOidcProvider", ({ identity }) => identity.findOidcProvider(issuer)],
  [
    "identity.deleteOidcProvider",
    ({ identity }) =>
      identity.deleteOidcProvider(`arn:aws:iam::${account}:oidc-provider/${issuer}`),
  ],
  [
    "identity.createAssociation",
    ({ identity }) => identity.createAssociation({ ...subject, roleArn, tags: ourTags }),
  ],
  ["identity.listAssociations", ({ identity }) => identity.listAssociations("demo", {})],
  [
    "identity.updateAssociation",
    async ({ identity }) => {
      const [association] = await identity.listAssociations("demo", {});
      await identity.updateAssociation("demo", association?.id ?? "", `${roleArn}-2`);
    },
  ],
  [
    "identity.deleteAssociation",
    async ({ identity }) => {
      const [association] = await identity.listAssociations("demo", {});
      await identity.deleteAssociation("demo", association?.id ?? "");
    },
  ],
  // In use, and then not.
  ["identity.deletePolicy", ({ identity }) => identity.deletePolicy(policyArn).catch(() => {})],
  ["identity.detachPolicy", ({ identity }) => identity.detachPolicy("dns", policyArn)],
  ["identity.deleteRole", ({ identity }) => identity.deleteRole("dns")],
  ["identity.deletePolicy", ({ identity }) => identity.deletePolicy(policyArn)],
];

/** What EKS and IAM ask for beside a call: the tags in it, and the role that it hands over. */
const IMPLIED: Readonly<Record<string, readonly string[]>> = {
  "iam:CreatePolicy": ["iam:TagPolicy"],
  "iam:CreateRole": ["iam:TagRole"],
  "iam:CreateOpenIDConnectProvider": ["iam:TagOpenIDConnectProvider"],
  "eks:CreateAddon": ["eks:TagResource"],
  "eks:CreatePodIdentityAssociation": ["eks:TagResource", "iam:PassRole"],
  "eks:UpdatePodIdentityAssociation": ["iam:PassRole"],
};

/** The IAM actions of every method of the AWS ports, seen on the wire by the real adapters. */
export async function readAwsCalls(): Promise<Map<string, Set<string>>> {
  const world = await openAws();
  const actions = new Map<string, Set<string>>();
  try {
    for (const [method, call] of calls) {
      const before = world.endpoint.calls.length;
      await call(world.aws);
      const seen = world.endpoint.actions().slice(before);
      const known = actions.get(method) ?? new Set();
      actions.set(method, known);
      // Everybody may ask who he is.
      for (const action of seen.filter((one) => one !== "sts:GetCallerIdentity")) {
        for (const one of [action, ...(IMPLIED[action] ?? [])]) known.add(one);
      }
    }
  } finally {
    await world.close();
  }
  return actions;
}
