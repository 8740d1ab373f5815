import type { Backend } from "./config.ts";
import { cleanLabel, isLabel } from "./kubernetes-name.ts";
import { wrongValue } from "./wrong-value.ts";

const SHAPE = /^([^/:]+)\/([^/:]+):(\d{1,5})$/;
const LAST_PORT = 65_535;

/** `namespace/service:port`. Throws `GT-CONFIG-VALUE`. */
export function parseBackend(text: string): Backend {
  const [, namespace = "", service = "", digits = ""] = SHAPE.exec(text) ?? [];
  const port = Number(digits);
  if (isLabel(namespace) && isLabel(service) && port >= 1 && port <= LAST_PORT) {
    return { namespace, service, port };
  }
  throw wrongValue(
    text,
    "is no backend: namespace/service:port is needed, with names in lower case and a port up to 65535",
    nearest(text),
  );
}

/** The text that `parseBackend` reads. */
export function formatBackend({ namespace, service, port }: Backend): string {
  return `${namespace}/${service}:${port}`;
}

function nearest(text: string): string | undefined {
  const [path = "", portText] = text.trim().split(":");
  const names = path.split("/").map(cleanLabel);
  const [first, second] = names;
  if (first === undefined || names.length > 2 || (names.length === 2 && second === undefined)) {
    return undefined;
  }
  const port = portText === undefined ? 80 : Number(portText);
  if (!Number.isInteger(port) || port < 1 || port > LAST_PORT) return undefined;
  return second === undefined ? `default/${first}:${port}` : `${first}/${second}:${port}`;
}
