import type { Verb } from "./verb.ts";

/** The commands of every day after the first. */
export const lifeVerbs: readonly Verb[] = [
  {
    name: "remove-host",
    summary: "Serve hosts no more: routes, listener, certificate and DNS records go",
    scopes: ["where", "run", "all"],
    without: ["skipRehearsal", "certificatesPerWeek"],
    examples: [
      "gateway-tls remove-host api.example.com --dry-run",
      "gateway-tls remove-host api.example.com --cluster demo",
    ],
    argument: { value: "host", about: "The hosts to remove", several: true },
    load: () => import("./remove-host.ts"),
  },
  {
    name: "promote",
    summary: "Switch all hosts to trusted certificates, or back to staging ones",
    scopes: ["where", "run", "all", "promote"],
    examples: ["gateway-tls promote", "gateway-tls promote --to staging --yes"],
    load: () => import("./promote.ts"),
  },
  {
    name: "uninstall",
    summary: "Remove what gateway-tls made, and nothing else",
    scopes: ["where", "run", "all", "uninstall"],
    without: ["skipRehearsal", "certificatesPerWeek"],
    examples: ["gateway-tls uninstall --dry-run", "gateway-tls uninstall --cluster demo --yes"],
    load: () => import("./uninstall.ts"),
  },
  {
    name: "config",
    summary: "Show the kept configuration, or validate a file",
    scopes: ["where", "all"],
    examples: [
      "gateway-tls config show --cluster demo",
      "gateway-tls config validate --config gateway-tls.yaml",
    ],
    argument: { value: "show|validate", about: "What to do (default: show)" },
    load: () => import("./config.ts"),
  },
];
