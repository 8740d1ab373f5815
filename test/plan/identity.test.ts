import { describe, expect, it } from "vitest";
import { environmentWith, planWith } from "./inputs.ts";

describe("identity", () => {
  it.each(["aws", "aws-cn", "aws-us-gov"])("uses the partition %s in every ARN", (partition) => {
    const caller = { ...environmentWith().caller, partition };
    const { identity } = planWith({}, { caller });
    const text = JSON.stringify(identity);
    const partitions = [...text.matchAll(/arn:([^:]+):/g)].map((match) => match[1]);
    expect(partitions.length).toBeGreaterThan(5);
    expect(new Set(partitions)).toEqual(new Set([partition]));
  });

  it("opens one hosted zone, and only the record types that ExternalDNS writes", () => {
    const { Statement } = planWith().identity.policy.document;
    const onZone = Statement.filter(({ Resource }) => Resource !== "*");
    expect(onZone.map(({ Resource }) => Resource)).toEqual([
      "arn:aws:route53:::hostedzone/Z0123456789EXAMPLE",
      "arn:aws:route53:::hostedzone/Z0123456789EXAMPLE",
    ]);
    expect(
      Statement.filter(({ Resource }) => Resource === "*").map(({ Action }) => Action),
    ).toEqual(["route53:ListHostedZones"]);
  });

  it("lets one ServiceAccount assume the role, by IRSA", () => {
    const { role, serviceAccount, oidcIssuer } = planWith().identity;
    const issuer = oidcIssuer?.replace("https://", "");
    expect(role.trust.Statement[0]?.Condition).toEqual({
      StringEquals: {
        [`${issuer}:sub`]: "system:serviceaccount:external-dns:external-dns",
        [`${issuer}:aud`]: "sts.amazonaws.com",
      },
    });
    expect(serviceAccount.metadata.annotations).toEqual({ "eks.amazonaws.com/role-arn": role.arn });
  });

  it("lets one ServiceAccount of one cluster assume the role, by Pod Identity", () => {
    const { role, serviceAccount } = planWith({}, { identityMode: "pod-identity" }).identity;
    expect(role.trust.Statement[0]?.Condition).toEqual({
      StringEquals: {
        "aws:SourceAccount": "123456789012",
        "aws:RequestTag/eks-cluster-name": "demo",
        "aws:RequestTag/kubernetes-namespace": "external-dns",
        "aws:RequestTag/kubernetes-service-account": "external-dns",
      },
    });
    expect(serviceAccount.metadata.annotations).toBeUndefined();
  });

  it.each([
    ["pod-identity", false, true],
    ["pod-identity", true, false],
    ["irsa", false, false],
  ] as const)("%s with an agent %s: the add-on %s", (identityMode, present, added) => {
    const { identity } = planWith({}, { identityMode, podIdentityAgentPresent: present });
    expect(identity.agentAddon).toBe(added);
  });

  it("refuses IRSA without an OIDC issuer", () => {
    const cluster = { ...environmentWith().cluster, oidcIssuer: undefined };
    expect(() => planWith({}, { cluster })).toThrow("has no OIDC issuer");
    expect(planWith({}, { cluster, identityMode: "pod-identity" }).identity.mode).toBe(
      "pod-identity",
    );
  });

  it("tags with the installation", () => {
    expect(planWith().identity.tags).toEqual({
      "gateway-tls:installation": "123456789012/eu-west-1/demo",
    });
  });
});
