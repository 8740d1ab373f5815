interface Term {
  key: string;
  /** `exists` and `absent` have no values. */
  is: "in" | "notin" | "exists" | "absent";
  values: string[];
}

const NAME = String.raw`[\w./-]+`;
const SET = new RegExp(String.raw`^(${NAME})\s+(in|notin)\s+\(([^()]*)\)$`);
const EQUAL = new RegExp(String.raw`^(${NAME})\s*(!=|==?)\s*([\w.-]*)$`);
const BARE = new RegExp(String.raw`^(!?)\s*(${NAME})$`);

/** Whether labels match `a=b,c!=d,e in (f,g),!h`; `undefined` where that is not a selector. */
export function matchesSelector(
  labels: Readonly<Record<string, string>>,
  selector: string,
): boolean | undefined {
  const terms = parseSelector(selector);
  return terms?.every(({ key, is, values }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (is === "exists" || is === "absent") return (value !== undefined) === (is === "exists");
    const isInside = value !== undefined && values.includes(value);
    return isInside === (is === "in");
  });
}

/** The labels that would match, as `kubectl label` takes them; `undefined` where several could. */
export function findMatchingLabels(selector: string): string[] | undefined {
  const labels = parseSelector(selector)?.map(({ key, is, values: [value, other] }) =>
    is === "in" && value !== undefined && other === undefined ? `${key}=${value}` : undefined,
  );
  return labels?.every((label) => label !== undefined) === true ? labels : undefined;
}

function parseSelector(selector: string): Term[] | undefined {
  const terms = selector.split(/,(?![^(]*\))/).map((text) => text.trim());
  const parsed = terms.filter((text) => text !== "").map(parseTerm);
  return parsed.every((term) => term !== undefined) ? parsed : undefined;
}

function parseTerm(text: string): Term | undefined {
  const [, setKey, operator, list = ""] = SET.exec(text) ?? [];
  if (setKey !== undefined) {
    const values = list.split(",").map((value) => value.trim());
    return { key: setKey, is: operator === "in" ? "in" : "notin", values };
  }
  const [, key, sign, value = ""] = EQUAL.exec(text) ?? [];
  if (key !== undefined) return { key, is: sign === "!=" ? "notin" : "in", values: [value] };
  const [, not, name] = BARE.exec(text) ?? [];
  if (name === undefined) return undefined;
  return { key: name, is: not === "!" ? "absent" : "exists", values: [] };
}
