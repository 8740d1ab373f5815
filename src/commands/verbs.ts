import { lifeVerbs } from "./life-verbs.ts";
import type { Verb } from "./verb.ts";

/** Every command, in the order of `--help`. */
export const verbs: readonly Verb[] = [
  {
    name: "init",
    summary: "Set up a domain with HTTPS on an EKS cluster; run again to resume or repair",
    scopes: ["init", "host", "where", "run", "all"],
    examples: [
      "gateway-tls init",
      "gateway-tls init --sandbox --domain example.com --email ops@example.com \\\n    --cluster demo --sample-app",
      "gateway-tls init --config gateway-tls.yaml --dry-run",
    ],
    load: () => import("./init.ts"),
  },
  {
    name: "add-host",
    summary: "Serve more hosts of the domain",
    scopes: ["host", "where", "run", "all", "add-host"],
    examples: [
      "gateway-tls add-host api.example.com --backend shop/api:8080",
      "gateway-tls add-host --from hosts.yaml",
    ],
    argument: { value: "host", about: "The hosts to serve: names below the domain", several: true },
    load: () => import("./add-host.ts"),
  },
  ...lifeVerbs,
  {
    name: "status",
    summary: "Say for each host whether all is well, and if not, what is wrong",
    scopes: ["where", "all", "status"],
    settings: ["timeout"],
    examples: [
      "gateway-tls status --cluster demo",
      "gateway-tls status www.example.com api.example.com --verbose",
      "gateway-tls status --watch",
      "gateway-tls status --gateway gateway-tls/gateway-tls --output json",
    ],
    argument: { value: "host", about: "Only these hosts (default: all)", several: true },
    load: () => import("./status.ts"),
  },
  {
    name: "check",
    summary: "Say what stands in the way, and what differs from the kept config; change nothing",
    scopes: ["init", "host", "where", "all", "check"],
    examples: [
      "gateway-tls check --pre --config gateway-tls.yaml",
      "gateway-tls check --cluster demo",
    ],
    load: () => import("./check.ts"),
  },
];
