import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateClusterCommand } from "@aws-sdk/client-eks";
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  ListResourceRecordSetsCommand,
  RRType,
  type ResourceRecordSet as WireRecord,
} from "@aws-sdk/client-route-53";
import { inject } from "vitest";
import { type Aws as Adapter, createAws } from "../../../src/adapters/aws/aws.ts";
import type { Cluster, ResourceRecordSet } from "../../../src/ports/aws.ts";
import type { AccountFixture, ZoneFixture } from "../../contract/aws/account.ts";
import { createAccount } from "../aws/account.ts";
import { type Aws, startAws } from "../aws/aws.ts";
import { expireCredentials } from "../aws/expired.ts";
import type { Answer } from "../aws/proxy.ts";
import { replyXml } from "../aws/request.ts";
import { Processes } from "../process.ts";
import { noteLab } from "../running-labs.ts";

/** The lab's AWS endpoint alone, emptied and seeded anew for each test. */
export interface AwsLab {
  open(fixture: AccountFixture): Promise<Adapter & { account: AccountFixture }>;
  /** From now on, until the answer is called. */
  expireCredentials(): () => void;
  stop(): Promise<void>;
}

export async function startAwsLab(): Promise<AwsLab> {
  const folder = mkdtempSync(join(tmpdir(), "gateway-tls-lab-aws-"));
  const processes = new Processes(folder);
  const forget = noteLab(folder, processes);
  const account = createAccount({ cluster: "demo" });
  const { ministack: program } = inject("built");
  const end = async (): Promise<void> => {
    await processes.stopAll();
    forget();
    rmSync(folder, { recursive: true, force: true });
  };
  const aws = await startAws({ processes, program, account, iamDelayMs: 0 }).catch(
    async (error: unknown) => {
      await end();
      throw error;
    },
  );
  const played: { fixture?: AccountFixture } = {};
  aws.proxy.answers.unshift(answerCluster(played), answerCaller(played));
  return {
    open: async (fixture) => {
      played.fixture = fixture;
      await aws.reset();
      const zones = await seed(aws, fixture);
      await aws.view.refresh();
      const { accessKeyId, secretAccessKey } = account.operator;
      const adapter = createAws({
        region: fixture.caller.region,
        env: {},
        tuning: {
          endpoint: aws.proxy.url,
          credentials: { accessKeyId, secretAccessKey },
          backoffMs: () => 0,
        },
      });
      // The contract begins where IAM has caught up; what its delay does is for the other suites.
      const createRole: Adapter["identity"]["createRole"] = async (role) => {
        const created = await adapter.identity.createRole(role);
        await aws.view.refresh();
        return created;
      };
      const identity = { ...adapter.identity, createRole };
      return { ...adapter, identity, account: { ...fixture, zones } };
    },
    expireCredentials: () => expireCredentials(aws, account.operator),
    stop: async () => {
      await aws.close();
      await end();
    },
  };
}

/** The endpoint has clusters without a state of their own: they are as the fixture says. */
function answerCluster(played: { fixture?: AccountFixture }): Answer {
  return async ({ service, action, path }, forward) => {
    if (service !== "eks" || action !== "DescribeCluster") return undefined;
    const reply = await forward();
    const found = played.fixture?.clusters.find(({ name }) => path === `/clusters/${name}`);
    if (reply.status !== 200 || found === undefined) return reply;
    return { ...reply, body: JSON.stringify({ cluster: describeCluster(found) }) };
  };
}

function describeCluster(cluster: Cluster) {
  const { name, arn, status, version, endpoint, certificateAuthority: data, oidcIssuer } = cluster;
  return {
    name,
    arn,
    status,
    version,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(data === undefined ? {} : { certificateAuthority: { data } }),
    ...(oidcIssuer === undefined ? {} : { identity: { oidc: { issuer: oidcIssuer } } }),
    computeConfig: { enabled: cluster.autoModeCompute },
    kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: cluster.autoModeLoadBalancing } },
  };
}

/** The endpoint takes every key for its one account's root. */
function answerCaller(played: { fixture?: AccountFixture }): Answer {
  return async ({ service, action }) => {
    const caller = played.fixture?.caller;
    if (service !== "sts" || action !== "GetCallerIdentity" || caller === undefined)
      return undefined;
    return replyXml(
      `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${caller.arn}</Arn><UserId>AIDALAB</UserId><Account>${caller.account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    );
  };
}

/** Returns the zones with the ids and the name servers that the endpoint has given them. */
async function seed(aws: Aws, fixture: AccountFixture): Promise<ZoneFixture[]> {
  for (const { name } of fixture.clusters) {
    const roleArn = `arn:aws:iam::${fixture.caller.account}:role/eks`;
    const resourcesVpcConfig = { subnetIds: ["subnet-1", "subnet-2"] };
    await aws.clients.eks.send(new CreateClusterCommand({ name, roleArn, resourcesVpcConfig }));
  }
  const zones: ZoneFixture[] = [];
  for (const zone of fixture.zones) zones.push(await createZone(aws, zone));
  return zones;
}

async function createZone({ clients }: Aws, fixture: ZoneFixture): Promise<ZoneFixture> {
  const { zone } = fixture;
  const vpc = { VPC: { VPCRegion: "eu-west-1", VPCId: "vpc-1" } } as const;
  const made = await clients.route53.send(
    new CreateHostedZoneCommand({
      Name: zone.name,
      CallerReference: zone.id,
      ...(zone.private ? { ...vpc, HostedZoneConfig: { PrivateZone: true } } : {}),
    }),
  );
  const id = (made.HostedZone?.Id ?? "").replace("/hostedzone/", "");
  const nameServers = (made.DelegationSet?.NameServers ?? []).map(plain);
  const own = fixture.records.filter(({ type }) => type !== "NS" && type !== "SOA");
  if (own.length > 0) {
    const Changes = own.map((record) => ({
      Action: "CREATE" as const,
      ResourceRecordSet: toWire(record),
    }));
    const batch = { HostedZoneId: id, ChangeBatch: { Changes } };
    await clients.route53.send(new ChangeResourceRecordSetsCommand(batch));
  }
  const given = await clients.route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: id }));
  const apex = (given.ResourceRecordSets ?? []).filter(
    ({ Type }) => Type === "NS" || Type === "SOA",
  );
  const records = [...own, ...apex.map((record) => fromWire(zone.name, record))];
  return { zone: { ...zone, id }, nameServers: zone.private ? [] : nameServers, records };
}

const plain = (name: string): string => name.toLowerCase().replace(/\.$/, "");

function toWire(record: ResourceRecordSet): WireRecord {
  const { name, type, ttlSeconds, values, alias, setIdentifier } = record;
  return {
    Name: `${name}.`,
    Type: Object.values(RRType).find((known) => known === type),
    ...(setIdentifier === undefined ? {} : { SetIdentifier: setIdentifier, Weight: 1 }),
    ...(alias === undefined
      ? { TTL: ttlSeconds, ResourceRecords: values.map((Value) => ({ Value })) }
      : {
          AliasTarget: {
            DNSName: `${alias.target}.`,
            HostedZoneId: alias.hostedZoneId,
            EvaluateTargetHealth: false,
          },
        }),
  };
}

/** The records that a zone is born with. */
function fromWire(name: string, { Type = "NS", TTL = 0, ResourceRecords = [] }: WireRecord) {
  const values = ResourceRecords.map(({ Value = "" }) => Value);
  return { name, type: Type, ttlSeconds: TTL, values };
}
