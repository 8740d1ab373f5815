import { valueOf } from "../facts/fact.ts";
import { describeCommand, type LinkInput } from "./chain.ts";
import { findDeployments } from "./deployment.ts";

/** `app.kubernetes.io/name` of NGINX Gateway Fabric, by its charts of 2.x and 1.x. */
export const NGINX_NAMES = ["nginx-gateway-fabric", "nginx-gateway"];
/** `spec.controllerName` of its GatewayClass. */
const NGINX = "gateway.nginx.org/nginx-gateway-controller";
/** As its chart names it. */
const CERT_MANAGER = { name: "cert-manager", namespace: "cert-manager" };

/** The class of the host's Gateway; Gateways made by hand may be of several. */
export function classOf({ survey, facts, target }: LinkInput): string {
  if (survey.kept) return survey.gatewayClass;
  const live = valueOf(facts.gateways)?.find(
    ({ metadata: { name, namespace } }) =>
      name === target.gateway.name && namespace === target.gateway.namespace,
  );
  return live?.spec.gatewayClassName ?? survey.gatewayClass;
}

/** The name of a controller that is not NGINX Gateway Fabric, where the class is of one. */
export function findForeignController(input: LinkInput): string | undefined {
  const wanted = classOf(input);
  const found = valueOf(input.facts.gatewayClasses)?.find(({ name }) => name === wanted);
  return found === undefined || found.controller === NGINX ? undefined : found.controller;
}

/** What shows the gateway controller's log; another controller's place is not known. */
export function gatewayLogs(input: LinkInput, object: string): string {
  const { gatewayController } = input.survey.namespaces;
  const all = valueOf(input.facts.deployments) ?? [];
  const [live] = findDeployments(all, NGINX_NAMES, gatewayController);
  if (live === undefined || findForeignController(input) !== undefined) {
    return describeCommand(object);
  }
  const { name, namespace = "default" } = live.metadata;
  return logsCommand({ name, namespace });
}

/** What shows cert-manager's log. */
export function certManagerLogs({ facts }: Pick<LinkInput, "facts">): string {
  const all = valueOf(facts.certManagers) ?? [];
  return logsCommand(all.find(({ ready }) => ready) ?? all[0] ?? CERT_MANAGER);
}

const logsCommand = ({ name, namespace }: { name: string; namespace: string }): string =>
  `kubectl logs deployment/${name} --namespace ${namespace}`;
