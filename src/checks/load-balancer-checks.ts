import { valueOf } from "../facts/fact.ts";
import { findCaIdentity } from "../facts/caa.ts";
import { findInstalledBalancer, type InstalledBalancer } from "../facts/installed.ts";
import type { LoadBalancerFact } from "../facts/load-balancer.ts";
import type { Environment } from "../plan/plan.ts";
import { failed, judge, ok, warning, type Check, type CheckInput, type Verdict } from "./check.ts";
import { chooseLoadBalancer, hasController } from "./environment.ts";

/** Who makes the load balancer, and whether the CA can reach it. */
export const loadBalancerChecks: readonly Check[] = [
  {
    id: "load-balancer",
    title: "A load balancer provider runs",
    after: ["cluster-reachable"],
    blames: ["access"],
    evaluate: (input) => judge(input.facts.loadBalancer, () => judgeProvider(input)),
  },
  {
    id: "scheme",
    title: "The CA can reach the load balancer",
    after: [],
    evaluate: ({ config }) => {
      const { scheme } = config.loadBalancer;
      if (scheme === "internet-facing" || findCaIdentity(config.acme.server) === undefined) {
        return ok(scheme);
      }
      return failed(
        "GT-SCHEME-INTERNAL",
        "An internal load balancer cannot be reached by Let's Encrypt, which proves the host over HTTP from the internet.",
        "Use --scheme internet-facing, or --acme-server with a CA inside your network.",
      );
    },
  },
];

const PROVIDERS: Record<Environment["loadBalancer"], string> = {
  lbc: "the AWS Load Balancer Controller",
  "auto-mode": "EKS Auto Mode",
  "in-tree": "the in-tree controller",
};

function judgeProvider(input: CheckInput): Verdict {
  const { config, facts } = input;
  const installed = findInstalledBalancer(facts, config);
  const chosen = chooseLoadBalancer(input);
  if (installed !== undefined && ![installed.provider, installed.asked].includes(chosen)) {
    return failed(
      "GT-LOAD-BALANCER-OTHER",
      `The Service of the Gateway is for ${PROVIDERS[installed.provider]}, and its class can never change to that of ${PROVIDERS[chosen]}.`,
      `Use --load-balancer ${installed.provider}, or run \`gateway-tls uninstall\` first.`,
    );
  }
  if (chosen === "in-tree") return judgeInTree(input, installed);
  if (chosen === "auto-mode") {
    const runs = valueOf(facts.cluster)?.autoModeLoadBalancing === true;
    return runs ? ok("EKS Auto Mode") : notThere(chosen, config.cluster, installed);
  }
  if (!hasController(facts)) return notThere(chosen, config.cluster, installed);
  return judgeController(valueOf(facts.loadBalancer)?.controller);
}

function judgeController(controller: LoadBalancerFact["controller"]): Verdict {
  if (controller === undefined || !controller.ready) {
    const where = controller === undefined ? "kube-system" : controller.namespace;
    return warning(
      "GT-LOAD-BALANCER-NOT-READY",
      "The AWS Load Balancer Controller's webhook is registered, but none of its pods is ready: new Services are refused until one is.",
      `kubectl get pods --namespace ${where} --selector app.kubernetes.io/name=aws-load-balancer-controller`,
    );
  }
  return ok(`AWS Load Balancer Controller ${controller.version ?? ""}`.trim());
}

function judgeInTree(
  { config, facts }: CheckInput,
  installed: InstalledBalancer | undefined,
): Verdict {
  const autoMode = valueOf(facts.cluster)?.autoModeLoadBalancing === true;
  const isMade = installed?.provider === "in-tree" && installed.hasAddress;
  if (config.loadBalancer.provider === "auto" || isMade) return ok("in-tree controller");
  if (!hasController(facts) && !autoMode) return ok("in-tree controller");
  const other = autoMode ? "EKS Auto Mode" : "The AWS Load Balancer Controller";
  return warning(
    "GT-LOAD-BALANCER-CLAIMED",
    `${other} runs and may claim the Service that --load-balancer in-tree means for the in-tree controller.`,
    `Use --load-balancer ${autoMode ? "auto-mode" : "lbc"}, or leave the flag out.`,
  );
}

/** What a provider made works on without it, so that need not keep a run from its own changes. */
function notThere(
  provider: "lbc" | "auto-mode",
  cluster: string,
  installed: InstalledBalancer | undefined,
): Verdict {
  const what = provider === "lbc" ? PROVIDERS.lbc : "EKS Auto Mode's load balancing";
  if (installed?.provider === provider && !installed.hasAddress) {
    return failed(
      "GT-LOAD-BALANCER-MISSING",
      `The Service of the Gateway waits for ${what}, which ${cluster} does not have.`,
      "Bring that back, or run `gateway-tls uninstall` first: the class of a Service can never change to another's.",
    );
  }
  if (installed?.provider === provider) {
    return warning(
      "GT-LOAD-BALANCER-CONTROLLER",
      `The load balancer was made by ${what}, which ${cluster} does not have any more: nobody looks after it.`,
      "Bring that back: the class of a Service can never change to another's.",
    );
  }
  return failed(
    "GT-LOAD-BALANCER-MISSING",
    `--load-balancer asks for ${what}, which ${cluster} does not have.`,
    "Leave --load-balancer out to use what runs.",
  );
}
