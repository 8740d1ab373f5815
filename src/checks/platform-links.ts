import { isCurrent } from "../facts/condition.ts";
import type { GatewayClassFact } from "../facts/gateway-classes.ts";
import { judgeCertManager } from "./cert-manager-link.ts";
import { broken, judgeSeen, type Link, type LinkInput, type LinkVerdict } from "./chain.ts";
import { judgeDeletion, refused } from "./conditions.ts";
import { classOf, findForeignController, gatewayLogs, NGINX_NAMES } from "./controllers.ts";
import { judgeGatewayApiCrds, judgeSupport } from "./crds.ts";
import { findDeployments, judgeDeployment } from "./deployment.ts";
import { awaitController } from "./patience.ts";
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

function judgeController(input: LinkInput): LinkVerdict {
  const { survey, facts } = input;
  const foreign = findForeignController(input);
  if (foreign !== undefined && !survey.kept) return { state: "ok", reason: foreign };
  return judgeSeen(facts.deployments, (all) => {
    const { gatewayController } = survey.namespaces;
    const [live] = findDeployments(all, NGINX_NAMES, gatewayController);
    return judgeDeployment(live, "NGINX Gateway Fabric", input);
  });
}

function judgeClass(input: LinkInput): LinkVerdict {
  const wanted = classOf(input);
  const object = `GatewayClass ${wanted}`;
  return judgeSeen(input.facts.gatewayClasses, (classes) => {
    const found = classes.find(({ name }) => name === wanted);
    if (found !== undefined) return judgeLiveClass(input, found, object);
    return broken("GT-GATEWAY-CLASS-MISSING", `There is no ${object}.`, {
      object,
      hint: repairHint(input, "kubectl get gatewayclasses"),
    });
  });
}

function judgeLiveClass(input: LinkInput, found: GatewayClassFact, object: string): LinkVerdict {
  const { accepted, supportedVersion, generation, leaving, createdAt, changedAt } = found;
  const deletion = leaving && judgeDeletion(leaving, object);
  if (deletion !== undefined) return deletion;
  const isOld = [accepted, supportedVersion].some(
    (one) => one !== undefined && !isCurrent(one, generation),
  );
  if (isOld || accepted === undefined || accepted.status === "Unknown") {
    const reason = isOld
      ? "the controller has not looked at the GatewayClass's last change yet"
      : "the controller has not accepted the GatewayClass yet";
    const since = changedAt ?? (isOld ? undefined : createdAt);
    return awaitController(input, { reason, since, object }, gatewayLogs(input, object));
  }
  if (supportedVersion?.status === "False") {
    const verdict = judgeSupport(input, { accepted, supportedVersion, object });
    if (verdict !== undefined) return verdict;
  }
  if (accepted.status === "False") return refused("GT-GATEWAY-CLASS-REFUSED", accepted, object);
  return { state: "ok", object };
}
