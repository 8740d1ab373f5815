import { UserError } from "../errors.ts";
import { findCondition, isCurrent, parseClusterIssuer } from "../facts/objects.ts";
import { kinds } from "../kinds.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { applyDifferent, inspectObjects } from "./objects.ts";
import type { Step, StepContext } from "./step.ts";
import { type Look, waitForObjects } from "./wait.ts";

const id = "issuers";

/** Both ClusterIssuers, staging and production, until their ACME accounts are registered. */
export const issuers: Step = {
  id,
  title: "ClusterIssuers",
  after: ["cert-manager"],
  inspect: (context) => inspectObjects(context, id, wanted(context)),
  async apply(context) {
    await applyDifferent(context, id, wanted(context));
  },
  async settle(context) {
    await waitForAccounts(context);
    return wanted(context)
      .map(({ metadata }) => metadata.name)
      .join(", ");
  },
};

/** With `--issuer staging` no account is registered at the production CA. */
function wanted({ plan }: StepContext): KubernetesObject[] {
  const { staging, production } = plan.issuers;
  return plan.config.issuer === "staging" ? [staging] : [staging, production];
}

async function waitForAccounts(context: StepContext): Promise<void> {
  const names = wanted(context).map(({ metadata }) => metadata.name);
  await waitForObjects(
    context,
    { what: "Registering the ACME accounts" },
    { issuers: { kind: kinds.ClusterIssuer } },
    ({ issuers: live }) => {
      for (const name of names) {
        const look = lookAtIssuer(
          name,
          live.find(({ metadata }) => metadata.name === name),
        );
        if ("waiting" in look) return look;
      }
      return { done: true };
    },
  );
}

function lookAtIssuer(name: string, issuer: KubernetesObject | undefined): Look<true> {
  if (issuer === undefined) return { waiting: `ClusterIssuer ${name} is not there yet` };
  const ready = findCondition(parseClusterIssuer(issuer).status.conditions, "Ready");
  if (ready === undefined || !isCurrent(ready, issuer.metadata.generation)) {
    return { waiting: `ClusterIssuer ${name} has not been looked at by cert-manager` };
  }
  if (ready.status === "True") return { done: true };
  if (!isFinal(ready.message)) return { waiting: `ClusterIssuer ${name}: ${ready.message}` };
  throw new UserError(
    "GT-ACME-ACCOUNT",
    `The CA refuses the ACME account of ${name}: ${ready.message}`,
    {
      hint: "Give an email address that the CA accepts with --email, then run the same command again.",
    },
  );
}

/** What a CA answers to a contact address it will never accept (RFC 8555, 6.7; Boulder's words). */
const isFinal = (message: string): boolean =>
  /urn:ietf:params:acme:error:(invalidContact|unsupportedContact)|contact email has/.test(message);
