import type {
  CallerIdentity,
  Cluster,
  HostedZone,
  PolicyDocument,
  ResourceRecordSet,
} from "../../../src/ports/aws.ts";

export interface ZoneFixture {
  zone: HostedZone;
  /** Empty for a private zone. */
  nameServers: readonly string[];
  records: readonly ResourceRecordSet[];
}

/** What exists in the AWS account of a world under test before the first call. */
export interface AccountFixture {
  caller: CallerIdentity;
  clusters: readonly Cluster[];
  zones: readonly ZoneFixture[];
}

const account = "123456789012";
const region = "eu-west-1";

function cluster(name: string, overrides: Partial<Cluster> = {}): Cluster {
  return {
    name,
    arn: `arn:aws:eks:${region}:${account}:cluster/${name}`,
    region,
    status: "ACTIVE",
    version: "1.34",
    endpoint: `https://${name}.gr7.${region}.eks.amazonaws.com`,
    certificateAuthority: "Q0E=",
    oidcIssuer: `https://oidc.eks.${region}.amazonaws.com/id/${name.toUpperCase()}`,
    autoModeCompute: false,
    autoModeLoadBalancing: false,
    ...overrides,
  };
}

const owner = '"heritage=external-dns,external-dns/owner=demo"';
const loadBalancer = { target: "lb-1.elb.eu-west-1.amazonaws.com", hostedZoneId: "Z32O12XQLNTSW2" };

const publicZone: ZoneFixture = {
  zone: { id: "Z0PUBLIC1", name: "example.com", private: false },
  nameServers: ["ns-1.awsdns-01.org", "ns-2.awsdns-02.net"],
  records: [
    {
      name: "example.com",
      type: "NS",
      ttlSeconds: 172_800,
      values: ["ns-1.awsdns-01.org.", "ns-2.awsdns-02.net."],
    },
    { name: "example.com", type: "CAA", ttlSeconds: 300, values: ['0 issue "letsencrypt.org"'] },
    { name: "www.example.com", type: "A", values: [], alias: loadBalancer },
    { name: "www.example.com", type: "AAAA", values: [], alias: loadBalancer },
    { name: "cname-edns.www.example.com", type: "TXT", ttlSeconds: 300, values: [owner] },
    { name: "*.example.com", type: "A", ttlSeconds: 60, values: ["192.0.2.1", "192.0.2.2"] },
    {
      name: "shop.example.com",
      type: "CNAME",
      ttlSeconds: 60,
      values: ["a.example.net"],
      setIdentifier: "blue",
    },
    { name: "under.www.example.com", type: "A", ttlSeconds: 60, values: ["192.0.2.9"] },
  ],
};

export const contractAccount: AccountFixture = {
  caller: {
    account,
    arn: `arn:aws:sts::${account}:assumed-role/operator/ops@example.com`,
    partition: "aws",
    region,
  },
  clusters: [
    cluster("demo"),
    cluster("auto", { version: "1.35", autoModeCompute: true, autoModeLoadBalancing: true }),
    cluster("new", {
      status: "CREATING",
      endpoint: undefined,
      certificateAuthority: undefined,
      oidcIssuer: undefined,
    }),
  ],
  zones: [
    publicZone,
    {
      zone: { id: "Z0PRIVATE1", name: "example.com", private: true },
      nameServers: [],
      records: [],
    },
    {
      zone: { id: "Z0OTHER1", name: "example.org", private: false },
      nameServers: ["ns-3.awsdns-03.com", "ns-4.awsdns-04.co.uk"],
      records: [],
    },
  ],
};

export const ourTags = { "gateway-tls:installation": `${account}/${region}/demo` };
export const otherTags = { "gateway-tls:installation": `${account}/${region}/another` };

/** A policy for one zone, as ExternalDNS needs it. */
export function zonePolicy(zoneId = "Z0PUBLIC1"): PolicyDocument {
  const zone = `arn:aws:route53:::hostedzone/${zoneId}`;
  return {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: "route53:ListHostedZones", Resource: "*" },
      { Effect: "Allow", Action: ["route53:ListResourceRecordSets"], Resource: [zone] },
      {
        Effect: "Allow",
        Action: "route53:ChangeResourceRecordSets",
        Resource: zone,
        Condition: {
          "ForAllValues:StringEquals": {
            "route53:ChangeResourceRecordSetsRecordTypes": ["A", "AAAA", "CNAME", "TXT"],
          },
        },
      },
    ],
  };
}

/** A trust policy for Pod Identity in one namespace. */
export function podTrust(namespace = "external-dns"): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "pods.eks.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
        Condition: { StringEquals: { "aws:RequestTag/kubernetes-namespace": namespace } },
      },
    ],
  };
}
