import type { Backend, Config } from "../config/config.ts";
import { isOurGateway, type ServiceFact } from "../facts/services.ts";
import type { ErrorCode } from "../errors.ts";
import { findNearest, listNames } from "../nearest.ts";

/** Why nothing can answer behind a backend. */
export interface BackendProblem {
  code: ErrorCode;
  message: string;
  /** `namespace/service:port` of what may have been meant. */
  nearest: string | undefined;
}

/** The Services that a backend can be one of. */
export interface KnownServices {
  services: readonly ServiceFact[];
  namespaces: Config["namespaces"];
  /** Names of all there are; `undefined` when they could not be read. */
  existing?: readonly string[] | undefined;
}

/** What is wrong with a backend in this cluster; `undefined` when nothing is. */
export function findBackendProblem(
  backend: Backend,
  known: KnownServices,
): BackendProblem | undefined {
  const { namespace, service, port } = backend;
  const live = known.services.find((one) => one.namespace === namespace && one.name === service);
  if (live === undefined) return explainAbsent(backend, known);
  if (isOurGateway(live, known.namespaces)) {
    return {
      code: "GT-BACKEND-LOOP",
      message: `The Service ${namespace}/${service} is the Gateway's own: each request would come back to it.`,
      nearest: undefined,
    };
  }
  if (live.ports.includes(port)) return undefined;
  return {
    code: "GT-BACKEND-PORT",
    message: `The Service ${namespace}/${service} has no port ${port}. It has: ${listNames(live.ports.map(String))}.`,
    nearest: nameWithPort(live),
  };
}

function explainAbsent(
  { namespace, service }: Backend,
  { services, namespaces, existing }: KnownServices,
): BackendProblem {
  const usable = services.filter((one) => !isOurGateway(one, namespaces));
  const near = findNearest(`${namespace}/${service}`, usable.map(nameOf));
  const meant = usable.find((one) => nameOf(one) === near);
  const inIt = usable.filter((one) => one.namespace === namespace).map(({ name }) => name);
  const isThere = inIt.length > 0 || existing?.includes(namespace) === true;
  const absent = existing === undefined ? "" : ` The namespace ${namespace} does not exist.`;
  const has = isThere ? ` ${namespace} has: ${listNames(inIt)}.` : absent;
  return {
    code: "GT-BACKEND-NOT-FOUND",
    message: `There is no Service ${namespace}/${service} with a TCP port.${has}`,
    nearest: meant === undefined ? undefined : nameWithPort(meant),
  };
}

const nameOf = ({ namespace, name }: ServiceFact): string => `${namespace}/${name}`;

const nameWithPort = (service: ServiceFact): string =>
  `${nameOf(service)}:${service.ports[0] ?? ""}`;
