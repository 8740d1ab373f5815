import { failed, judge, ok, warning, type Check, type Verdict } from "./check.ts";
import { compareVersions } from "../plan/version.ts";

/** Older ones lack parts of server-side apply that we use. */
const LOWEST_KUBECTL = "1.26.0";

/** What this machine needs. */
export const toolChecks: readonly Check[] = [
  {
    id: "kubectl",
    title: "kubectl is there and recent enough",
    after: [],
    evaluate: ({ facts }) => judge(facts.tools, ({ kubectl }) => judgeKubectl(kubectl)),
  },
  {
    id: "kubectl-skew",
    title: "kubectl fits the cluster's version",
    after: ["kubectl", "cluster-reachable"],
    evaluate: ({ facts }) =>
      judge(facts.tools, ({ kubectl = "" }) =>
        judge(facts.version, ({ minor }) => {
          const own = Number(kubectl.split(".")[1]);
          if (Math.abs(own - minor) <= 1) return ok();
          return warning(
            "GT-KUBECTL-SKEW",
            `kubectl ${kubectl} is more than one minor away from the cluster's 1.${minor}, which Kubernetes does not support.`,
            `Install kubectl 1.${minor}: https://kubernetes.io/docs/tasks/tools/`,
          );
        }),
      ),
  },
  {
    id: "helm",
    title: "helm is there and recent enough",
    after: [],
    evaluate: ({ facts, versions }) =>
      judge(facts.tools, ({ helm }) => {
        if (helm === undefined) return missing("helm", "https://helm.sh/docs/intro/install/");
        if (compareVersions(helm, versions.helm) >= 0) return ok(helm);
        return failed(
          "GT-HELM-OLD",
          `helm ${helm} is too old: the version set ${versions.name} needs ${versions.helm} or newer.`,
          "Install a newer helm: https://helm.sh/docs/intro/install/",
        );
      }),
  },
];

function judgeKubectl(kubectl: string | undefined): Verdict {
  if (kubectl === undefined) return missing("kubectl", "https://kubernetes.io/docs/tasks/tools/");
  if (compareVersions(kubectl, LOWEST_KUBECTL) >= 0) return ok(kubectl);
  return failed(
    "GT-KUBECTL-OLD",
    `kubectl ${kubectl} is too old: ${LOWEST_KUBECTL} or newer is needed.`,
    "Install a newer kubectl: https://kubernetes.io/docs/tasks/tools/",
  );
}

function missing(tool: "kubectl" | "helm", url: string): Verdict {
  return failed(
    tool === "helm" ? "GT-HELM-MISSING" : "GT-KUBECTL-MISSING",
    `${tool} is not on the PATH.`,
    `Install it: ${url}`,
  );
}
