import type { Identity, Simulation } from "../ports/aws.ts";
import { readFact, type Fact } from "./fact.ts";

/** What SimulatePrincipalPolicy says of ExternalDNS's role. */
export interface IamProof {
  roleArn: string;
  zoneId: string;
  otherZoneId: string;
  /** Listing zones, reading and changing the records of its own zone: all must be allowed. */
  own: { action: string; verdict: "allowed" | "denied" }[];
  /** Changing records of another zone, and other record types in its own: both must be denied. */
  others: { what: string; verdict: "allowed" | "denied" }[];
}

/** Whose permissions to simulate, and on which records. */
export interface ProofQuestion {
  roleArn: string;
  /** Of AWS, for the ARNs of the zones. */
  partition: string;
  zoneId: string;
  /** Another zone of the account, where there is one. */
  otherZoneId: string | undefined;
  hostname: string;
}

const CHANGE = "route53:ChangeResourceRecordSets";
/** No zone has it: a policy that names zones does not allow it, one with a wildcard does. */
const NO_ZONE = "Z00000000000000000000";

/** Asks IAM itself, side by side; unknown where the caller may not simulate. */
export async function readIamProof(
  identity: Pick<Identity, "simulate">,
  question: ProofQuestion,
): Promise<Fact<IamProof>> {
  const { roleArn, zoneId, otherZoneId = NO_ZONE } = question;
  const own = ownSimulations(question);
  const others = otherSimulations(question, otherZoneId);
  return readFact(async () => {
    const simulations = [...own, ...others.map(({ simulation }) => simulation)];
    const verdicts = await identity.simulate(simulations);
    const verdictOf = (index: number) => verdicts[index] ?? "denied";
    return {
      roleArn,
      zoneId,
      otherZoneId,
      own: own.map(({ action }, index) => ({ action, verdict: verdictOf(index) })),
      others: others.map(({ what }, index) => ({ what, verdict: verdictOf(own.length + index) })),
    };
  });
}

const zoneArn = ({ partition }: ProofQuestion, id: string) =>
  `arn:${partition}:route53:::hostedzone/${id}`;

/** With the context keys that Route 53 fills in for a change of one record. */
function changeOf(question: ProofQuestion, zoneId: string, type: string): Simulation {
  return {
    roleArn: question.roleArn,
    action: CHANGE,
    resource: zoneArn(question, zoneId),
    context: {
      "route53:ChangeResourceRecordSetsRecordTypes": [type],
      "route53:ChangeResourceRecordSetsNormalizedRecordNames": [question.hostname],
      "route53:ChangeResourceRecordSetsActions": ["UPSERT"],
    },
  };
}

function ownSimulations(question: ProofQuestion): Simulation[] {
  const { roleArn, zoneId } = question;
  return [
    { roleArn, action: "route53:ListHostedZones", resource: "*" },
    { roleArn, action: "route53:ListResourceRecordSets", resource: zoneArn(question, zoneId) },
    changeOf(question, zoneId, "A"),
    changeOf(question, zoneId, "TXT"),
  ];
}

function otherSimulations(question: ProofQuestion, otherZoneId: string) {
  return [
    {
      what: `${CHANGE} in the zone ${otherZoneId}`,
      simulation: changeOf(question, otherZoneId, "A"),
    },
    { what: `${CHANGE} of NS records`, simulation: changeOf(question, question.zoneId, "NS") },
  ];
}
