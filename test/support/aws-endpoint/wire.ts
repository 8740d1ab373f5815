export type Service = "sts" | "iam" | "eks" | "route53";

/** One request, read as far as every service needs it. */
export interface WireRequest {
  service: Service;
  /** As the permission is called: `CreateRole`. */
  action: string;
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  body: string;
}

export interface WireReply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** What a service answers instead of a result. */
export class AwsFailure extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function xmlReply(body: string, status = 200): WireReply {
  return {
    status,
    headers: { "content-type": "text/xml" },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
  };
}

export function jsonReply(body: unknown, status = 200): WireReply {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** The failure in the service's own format. */
export function failureReply(service: Service, failure: AwsFailure): WireReply {
  const { status, code, message } = failure;
  if (service === "eks") {
    const { headers, ...reply } = jsonReply({ message }, status);
    return { ...reply, headers: { ...headers, "x-amzn-errortype": code } };
  }
  const error = tag("Error", [tag("Type", "Sender"), tag("Code", code), tag("Message", message)]);
  return xmlReply(`<ErrorResponse>${error}<RequestId>r</RequestId></ErrorResponse>`, status);
}

/** An element of a text, or of elements that are XML already. */
export function tag(name: string, content: string | readonly string[]): string {
  const inner = typeof content === "string" ? escapeXml(content) : content.join("");
  return `<${name}>${inner}</${name}>`;
}

function escapeXml(text: string): string {
  return text.replaceAll(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The text of the first element of this name. */
export function textOf(xml: string, name: string): string | undefined {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return found?.replaceAll(/&(#x?[0-9a-f]+|quot|amp|lt|gt|apos);/gi, (_, entity: string) =>
    decode(entity),
  );
}

/** What stands between the tags of every element of this name. */
export function elementsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, "gs"))].map(
    ([, inner]) => inner ?? "",
  );
}

function decode(entity: string): string {
  const named = { quot: '"', amp: "&", lt: "<", gt: ">", apos: "'" }[entity];
  if (named !== undefined) return named;
  const hexadecimal = entity.startsWith("#x");
  return String.fromCharCode(
    Number.parseInt(entity.slice(hexadecimal ? 2 : 1), hexadecimal ? 16 : 10),
  );
}

/** The page that starts at `marker`, an index, and the marker of the next. */
export function pageOf<Item>(
  items: readonly Item[],
  marker: string | null,
  size: number,
): { page: Item[]; next: string | undefined } {
  const start = Number(marker ?? 0);
  const end = start + size;
  return { page: items.slice(start, end), next: end < items.length ? String(end) : undefined };
}
