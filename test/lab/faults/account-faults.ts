import { CreateAddonCommand, DeleteAddonCommand } from "@aws-sdk/client-eks";
import { CreateHostedZoneCommand, DeleteHostedZoneCommand } from "@aws-sdk/client-route-53";
import { expireCredentials } from "../aws/expired.ts";
import type { Begin } from "./fault.ts";

/** Faults of the AWS account and of DNS. */
export const accountFaults = {
  "undelegated-zone": ({ lab: { dns, aws } }) => {
    dns.delegation = ["ns1.registrar-parking.net", "ns2.registrar-parking.net"];
    return () => (dns.delegation = aws.zone.nameServers);
  },
  "broken-dnssec": ({ lab: { dns } }) => {
    dns.broken = true;
    return () => (dns.broken = false);
  },
  "two-zones": async ({ lab: { account, aws } }) => {
    const { route53 } = aws.clients;
    const twin = { Name: account.zone, CallerReference: "twin" };
    const { HostedZone } = await route53.send(new CreateHostedZoneCommand(twin));
    return () => route53.send(new DeleteHostedZoneCommand({ Id: HostedZone?.Id }));
  },
  "slow-dns": ({ lab: { zone } }) => {
    const usual = zone.delayMs;
    // Longer than the pause between two looks of init.
    zone.delayMs = 20_000;
    return () => (zone.delayMs = usual);
  },
  "expired-credentials": ({ lab: { account, aws } }) => expireCredentials(aws, account.operator),
  "no-pod-identity": async ({ lab: { account, aws } }) => {
    const agent = { clusterName: account.cluster, addonName: "eks-pod-identity-agent" };
    await aws.clients.eks.send(new DeleteAddonCommand(agent));
    return () => aws.clients.eks.send(new CreateAddonCommand(agent));
  },
  "identity-denied": ({ lab: { aws } }) =>
    aws.proxy.rules.add({
      action: "AssumeRoleWithWebIdentity",
      error: {
        status: 403,
        code: "AccessDenied",
        message: "Not authorized to perform sts:AssumeRoleWithWebIdentity",
      },
    }),
  "identity-not-injected": ({ lab: { aws } }) => {
    aws.missesPods = true;
    return () => (aws.missesPods = false);
  },
} as const satisfies Record<string, Begin>;
