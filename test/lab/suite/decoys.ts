import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
} from "@aws-sdk/client-iam";
import { ChangeResourceRecordSetsCommand } from "@aws-sdk/client-route-53";
import type { Lab } from "../lab.ts";

/** Things of others with names like ours: no command may touch them. */
export async function plantDecoys(lab: Lab): Promise<void> {
  await Promise.all([plantObjects(lab), plantRole(lab), plantRecords(lab)]);
}

async function plantObjects({ controlPlane: { client } }: Lab): Promise<void> {
  await client.create("/api/v1/namespaces", named("Namespace", "gateway-tls-theirs"));
  const shop = "/api/v1/namespaces/shop";
  await client.create(`${shop}/configmaps`, named("ConfigMap", "gateway-tls"));
  await client.create(`${shop}/secrets`, named("Secret", "www.lab.example-tls"));
  await client.create(`${shop}/secrets`, named("Secret", "gateway-tls-production-account"));
  await client.create(`${shop}/serviceaccounts`, named("ServiceAccount", "external-dns"));
  await client.create(`${shop}/services`, {
    ...named("Service", "coffee"),
    spec: { ports: [{ port: 80 }] },
  });
}

const named = (kind: string, name: string) => ({ apiVersion: "v1", kind, metadata: { name } });

async function plantRole({ aws, account }: Lab): Promise<void> {
  const { iam } = aws.clients;
  const allow = { Effect: "Allow", Action: "route53:*", Resource: "*" };
  const trust = {
    Effect: "Allow",
    Principal: { Service: "ec2.amazonaws.com" },
    Action: "sts:AssumeRole",
  };
  const document = (statement: object) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  const Tags = [{ Key: "gateway-tls:installation", Value: `${account.id}/eu-west-1/other` }];
  const RoleName = "gateway-tls-external-dns";
  const { Policy } = await iam.send(
    new CreatePolicyCommand({ PolicyName: RoleName, PolicyDocument: document(allow), Tags }),
  );
  await iam.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document(trust), Tags }),
  );
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: Policy?.Arn }));
}

async function plantRecords({ aws, account }: Lab): Promise<void> {
  const theirs =
    '"heritage=external-dns,external-dns/owner=gateway-tls.other,external-dns/resource=httproute/shop/web"';
  const records = [
    ["shop", "A", "192.0.2.7"],
    ["a-edns.shop", "TXT", theirs],
    ["mail", "CNAME", "mx.example.net"],
    ["news", "TXT", '"v=spf1 -all"'],
  ] as const;
  const Changes = records.map(([name, Type, Value]) => ({
    Action: "CREATE" as const,
    ResourceRecordSet: {
      Name: `${name}.${account.zone}`,
      Type,
      TTL: 60,
      ResourceRecords: [{ Value }],
    },
  }));
  await aws.clients.route53.send(
    new ChangeResourceRecordSetsCommand({ HostedZoneId: aws.zone.id, ChangeBatch: { Changes } }),
  );
}
