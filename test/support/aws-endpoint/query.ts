import type { Tags } from "../../../src/ports/aws.ts";
import { AwsFailure, tag, type WireReply, type WireRequest, xmlReply } from "./wire.ts";

/** The parameters of a request of the query protocol (STS, IAM). */
export class Parameters {
  readonly #params: URLSearchParams;

  constructor(request: WireRequest) {
    this.#params = new URLSearchParams(request.body);
  }

  find(name: string): string | undefined {
    return this.#params.get(name) ?? undefined;
  }

  get(name: string): string {
    const value = this.find(name);
    if (value === undefined) throw new AwsFailure(400, "ValidationError", `${name} is required`);
    return value;
  }

  /** `Name.member.1`, `Name.member.2`, ... */
  list(name: string): string[] {
    const values: string[] = [];
    for (let index = 1; ; index += 1) {
      const value = this.find(`${name}.member.${index}`);
      if (value === undefined) return values;
      values.push(value);
    }
  }

  tags(): Tags {
    const tags: Tags = {};
    for (let index = 1; ; index += 1) {
      const key = this.find(`Tags.member.${index}.Key`);
      if (key === undefined) return tags;
      tags[key] = this.get(`Tags.member.${index}.Value`);
    }
  }
}

export function queryReply(action: string, content: readonly string[]): WireReply {
  const result = content.length === 0 ? [] : [tag(`${action}Result`, content)];
  const metadata = tag("ResponseMetadata", [tag("RequestId", "r")]);
  return xmlReply(tag(`${action}Response`, [...result, metadata]));
}

export function tagMembers(tags: Tags): string {
  const members = Object.entries(tags).map(([key, value]) =>
    tag("member", [tag("Key", key), tag("Value", value)]),
  );
  return tag("Tags", members);
}

/** A page of members, with IsTruncated and Marker as IAM has them. */
export function pageMembers(
  name: string,
  { page, next }: { page: readonly string[]; next: string | undefined },
): string[] {
  return [
    tag(name, page),
    tag("IsTruncated", String(next !== undefined)),
    ...(next === undefined ? [] : [tag("Marker", next)]),
  ];
}
