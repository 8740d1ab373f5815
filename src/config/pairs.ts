import { findNearest, listNames } from "../nearest.ts";
import { wrongValue } from "./wrong-value.ts";

/** `name=value` with a name of ours; each value is parsed by `parse`. Throws `GT-CONFIG-VALUE`. */
export function parsePair<const Name extends string, T>(
  names: readonly Name[],
  parse: (text: string) => T,
): (text: string) => [Name, T] {
  return (text) => {
    const [name, value] = split(text, `${names[0] ?? "name"}=...`);
    const known = names.find((each) => each === name);
    if (known === undefined) {
      throw wrongValue(name, `is not one of ${listNames(names)}`, findNearest(name, names));
    }
    return [known, parse(value)];
  };
}

/** A qualified name of Kubernetes (k8s.io/apimachinery, pkg/util/validation). */
const ANNOTATION =
  /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;

/** `key=value` with a Kubernetes annotation's key. Throws `GT-CONFIG-VALUE`. */
export function parseAnnotation(text: string): [string, string] {
  const [key, value] = split(text, "service.beta.kubernetes.io/name=value");
  if (ANNOTATION.test(key)) return [key, value];
  throw wrongValue(key, "is no annotation key: prefix/name or name is needed");
}

function split(text: string, example: string): [string, string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw wrongValue(text, `is no pair: ${example} is needed`);
}
