import { valueOf } from "../facts/fact.ts";
import { findCaIdentity } from "../facts/caa.ts";
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

function judgeProvider(input: CheckInput): Verdict {
  const { config, facts } = input;
  const chosen = chooseLoadBalancer(input);
  const autoMode = valueOf(facts.cluster)?.autoModeLoadBalancing === true;
  if (chosen === "auto-mode")
    return autoMode
      ? ok("EKS Auto Mode")
      : notThere("EKS Auto Mode's load balancing", config.cluster);
  if (chosen === "in-tree") return judgeInTree(input, autoMode);
  const controller = valueOf(facts.loadBalancer)?.controller;
  if (!hasController(facts)) return notThere("the AWS Load Balancer Controller", config.cluster);
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

function judgeInTree({ config, facts }: CheckInput, autoMode: boolean): Verdict {
  if (config.loadBalancer.provider === "auto") return ok("in-tree controller");
  if (!hasController(facts) && !autoMode) return ok("in-tree controller");
  const other = autoMode ? "EKS Auto Mode" : "The AWS Load Balancer Controller";
  return warning(
    "GT-LOAD-BALANCER-CLAIMED",
    `${other} runs and may claim the Service that --load-balancer in-tree means for the in-tree controller.`,
    `Use --load-balancer ${autoMode ? "auto-mode" : "lbc"}, or leave the flag out.`,
  );
}

function notThere(what: string, cluster: string): Verdict {
  return failed(
    "GT-LOAD-BALANCER-MISSING",
    `--load-balancer asks for ${what}, which ${cluster} does not have.`,
    "Leave --load-balancer out to use what runs.",
  );
}
