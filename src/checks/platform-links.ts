import type { CertManagerFact } from "../facts/cert-manager.ts";
import { isCurrent } from "../facts/condition.ts";
import { valueOf } from "../facts/fact.ts";
import {
  broken,
  firstTrouble,
  judgeSeen,
  nameObject,
  onItsWay,
  risky,
  type Link,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { judgeDeletion, refused } from "./conditions.ts";
import { judgeCertManagerCrds, judgeGatewayApiCrds } from "./crds.ts";
import { findDeployments, judgeDeployment } from "./deployment.ts";
import { listNames } from "./nearest.ts";
import { repairHint, RERUN } from "./repair.ts";

/** What everything else stands on. */
export const platformLinks: readonly Link[] = [
  {
    id: "installation",
    title: "Installation found",
    why: "The kept config says which hosts there are and how they were set up.",
    after: [],
    evaluate: judgeInstallation,
  },
  {
    id: "crds",
    title: "Gateway API CRDs served",
    why: "Without its CRDs the cluster knows no Gateway and no HTTPRoute.",
    after: ["installation"],
    evaluate: (input) =>
      judgeSeen(input.facts.crds, ({ gatewayApi }) => judgeGatewayApiCrds(input, gatewayApi)),
  },
  {
    id: "gateway-controller",
    title: "Gateway controller running",
    why: "It makes the load balancer and answers every request.",
    after: ["crds"],
    evaluate: judgeController,
  },
  {
    id: "gateway-class",
    title: "GatewayClass accepted",
    why: "A Gateway of a class that no controller accepted stays as it is.",
    after: ["gateway-controller"],
    evaluate: judgeClass,
  },
  {
    id: "cert-manager",
    title: "cert-manager running, with the Gateway API",
    why: "It asks the CA for certificates and renews them.",
    after: ["crds"],
    evaluate: judgeCertManager,
  },
];

function judgeInstallation({ survey, facts }: LinkInput): LinkVerdict {
  if (!survey.kept) return { state: "ok", reason: "made by hand" };
  if (survey.rebuilt === true) return { state: "ok", reason: "rebuilt: nothing keeps its config" };
  return judgeSeen(facts.keptConfig, (kept) => {
    const object = "ConfigMap gateway-tls/gateway-tls";
    if (kept?.owner.ours === true) return { state: "ok", object };
    return broken("GT-INSTALLATION-NOT-FOUND", "The cluster has no installation of gateway-tls.", {
      hint: RERUN,
      object,
    });
  });
}

const CONTROLLERS = ["nginx-gateway-fabric", "nginx-gateway"];
const NGINX = "gateway.nginx.org/nginx-gateway-controller";

function judgeController(input: LinkInput): LinkVerdict {
  const { survey, facts } = input;
  const foreign = valueOf(facts.gatewayClasses)?.find(
    ({ name, controller }) => name === classOf(input) && controller !== NGINX,
  );
  if (foreign !== undefined && !survey.kept) return { state: "ok", reason: foreign.controller };
  return judgeSeen(facts.deployments, (all) => {
    const { gatewayController } = survey.namespaces;
    const [live] = findDeployments(all, CONTROLLERS, gatewayController);
    return judgeDeployment(live, "NGINX Gateway Fabric", input);
  });
}

/** Gateways made by hand may be of several classes. */
function classOf({ survey, facts, target }: LinkInput): string {
  if (survey.kept) return survey.gatewayClass;
  const live = valueOf(facts.gateways)?.find(
    ({ metadata: { name, namespace } }) =>
      name === target.gateway.name && namespace === target.gateway.namespace,
  );
  return live?.spec.gatewayClassName ?? survey.gatewayClass;
}

function judgeClass(input: LinkInput): LinkVerdict {
  const { facts } = input;
  return judgeSeen(facts.gatewayClasses, (classes) => {
    const wanted = classOf(input);
    const found = classes.find(({ name }) => name === wanted);
    const object = `GatewayClass ${wanted}`;
    if (found === undefined)
      return broken("GT-GATEWAY-CLASS-MISSING", `There is no ${object}.`, {
        object,
        hint: repairHint(input, "kubectl get gatewayclasses"),
      });
    const { accepted, supportedVersion, generation, leaving } = found;
    const deletion = leaving && judgeDeletion(leaving, object);
    if (deletion !== undefined) return deletion;
    const old = [accepted, supportedVersion].find(
      (one) => one !== undefined && !isCurrent(one, generation),
    );
    if (old !== undefined)
      return onItsWay("the controller has not looked at the GatewayClass's last change yet", {
        object,
      });
    if (supportedVersion?.status === "False") {
      const hint =
        "Install the Gateway API version that it names; never an older one than is there.";
      const verdict = refused("GT-CRDS-UNSUPPORTED", supportedVersion, object, hint);
      return accepted?.status === "True" ? { ...verdict, state: "warning" } : verdict;
    }
    if (accepted === undefined || accepted.status === "Unknown")
      return onItsWay("the GatewayClass has not been accepted yet", { object });
    if (accepted.status === "False") return refused("GT-GATEWAY-CLASS-REFUSED", accepted, object);
    return { state: "ok", object };
  });
}

/** cert-manager's word when it started before the CRDs (cmd/controller/app/start.go). */
const NO_CRDS = /Gateway API CRDs do not seem to be present/;
/** Before its CA bundle is injected, the API server cannot call the webhook. */
const WEBHOOK = /failed calling webhook "[^"]*cert-manager/;

function judgeCertManager(input: LinkInput): LinkVerdict {
  const { facts } = input;
  return judgeSeen(facts.certManagers, (found) => {
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
