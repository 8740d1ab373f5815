import type { CertManagerFact } from "../facts/cert-manager.ts";
import { valueOf } from "../facts/fact.ts";
import { listNames } from "../nearest.ts";
import {
  broken,
  firstTrouble,
  judgeSeen,
  nameObject,
  onItsWay,
  risky,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { judgeDeletion } from "./conditions.ts";
import { judgeCertManagerCrds } from "./crds.ts";
import { findDeployments, judgeDeployment } from "./deployment.ts";
import { repairHint } from "./repair.ts";

/** cert-manager's word when it started before the CRDs (cmd/controller/app/start.go). */
const NO_CRDS = /Gateway API CRDs do not seem to be present/;
/** Before its CA bundle is injected, the API server cannot call the webhook. */
const WEBHOOK = /failed calling webhook "[^"]*cert-manager/;

/** One cert-manager, running, with the Gateway API; one that is scaled to 0 beside it does nothing. */
export function judgeCertManager(input: LinkInput): LinkVerdict {
  const { facts } = input;
  return judgeSeen(facts.certManagers, (all) => {
    const running = all.filter(({ stopped }) => !stopped);
    const found = running.length === 0 ? all.slice(0, 1) : running;
    const [first, second] = found;
    if (first === undefined)
      return broken("GT-DEPLOYMENT-MISSING", "cert-manager is not installed.", {
        hint: repairHint(input, "kubectl get deployments --all-namespaces"),
      });
    return firstTrouble(
      () => judgeCertManagerCrds(input),
      () => judgeLeaving(input, first),
      () => judgeLog(input, first),
      () => (second === undefined ? undefined : judgeTwo(first, second)),
      () => (found.some(({ ready }) => ready) ? undefined : judgeReplicas(input, first)),
      () => judgeSetting(found, first),
      () => judgeWebhook(input, first),
      () => ({ state: "ok", object: nameObject("Deployment", first) }),
    );
  });
}

function judgeLeaving({ facts }: LinkInput, first: CertManagerFact): LinkVerdict | undefined {
  const live = findLive(facts, first);
  return live && judgeDeletion(live.metadata, nameObject("Deployment", live.metadata));
}

const findLive = ({ deployments }: LinkInput["facts"], { name, namespace }: CertManagerFact) =>
  valueOf(deployments)?.find(
    ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
  );

function judgeLog({ facts }: LinkInput, { name, namespace }: CertManagerFact) {
  const line = valueOf(facts.certManagerLog)?.findLast((one) => NO_CRDS.test(one));
  const isDown = valueOf(facts.certManagers)?.every(({ ready }) => !ready) === true;
  if (line === undefined || !isDown) return undefined;
  const reason =
    "cert-manager ended: the Gateway API CRDs do not seem to be present. It was started before them.";
  return broken("GT-CERT-MANAGER-BEFORE-CRDS", reason, {
    object: nameObject("Deployment", { name, namespace }),
    hint: `kubectl rollout restart deployment ${name} --namespace ${namespace}`,
  });
}

function judgeTwo(first: CertManagerFact, second: CertManagerFact): LinkVerdict {
  const names = [first, second].map((one) => nameObject("Deployment", one));
  return broken(
    "GT-CERT-MANAGER-TWICE",
    `Two cert-managers act on the same Certificates: ${listNames(names)}.`,
    {
      object: names[1],
      hint: `Uninstall one of them; the second belongs to ${second.owner.name}.`,
    },
  );
}

function judgeReplicas(input: LinkInput, first: CertManagerFact): LinkVerdict {
  const live = findLive(input.facts, first);
  if (live !== undefined) return judgeDeployment(live, "cert-manager", input);
  return onItsWay("cert-manager has no ready pod", { object: nameObject("Deployment", first) });
}

function judgeSetting(found: readonly CertManagerFact[], first: CertManagerFact) {
  if (found.some(({ gatewayApi }) => gatewayApi !== "disabled")) return undefined;
  return broken(
    "GT-CERT-MANAGER-GATEWAY-API",
    "cert-manager runs without the Gateway API, so it makes no Certificate for a Gateway.",
    {
      object: nameObject("Deployment", first),
      hint: `Set config.enableGatewayAPI=true in its chart's values; it belongs to ${first.owner.name}.`,
    },
  );
}

function judgeWebhook(input: LinkInput, { namespace }: CertManagerFact) {
  const { facts } = input;
  const event = valueOf(facts.events)?.findLast(({ message }) => WEBHOOK.test(message));
  const live = findDeployments(valueOf(facts.deployments) ?? [], ["webhook"], namespace);
  const verdict = live[0] && judgeDeployment(live[0], "cert-manager's webhook", input);
  if (verdict !== undefined && verdict.state !== "ok") return verdict;
  if (event === undefined) return undefined;
  return risky("GT-CERT-MANAGER-WEBHOOK", `Lately: ${event.message}`, {
    since: event.lastTimestamp ?? event.eventTime,
    hint: `kubectl get pods --namespace ${namespace}`,
  });
}
