import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import { UserError } from "../../errors.ts";
import type { PolicyDocument } from "../../ports/aws.ts";

const Statement = v.looseObject({ Effect: v.picklist(["Allow", "Deny"]) });
const Shape = v.looseObject({ Statement: v.array(Statement) });
/** IAM takes one statement without its list, too. */
const Normalized = v.pipe(
  v.looseObject({ Statement: v.union([v.array(Statement), Statement]) }),
  v.transform(({ Statement, ...rest }) => ({ ...rest, Statement: [Statement].flat() })),
);
/** A foreign document may be of 2008 or say NotAction: it is compared with ours, never written. */
const Document = v.custom<PolicyDocument>((document) => v.is(Shape, document));

/**
 * The document that IAM sent, URL-encoded (RFC 3986) JSON; `owner` names whose it is. What is no
 * policy is `GT-AWS-REPLY`.
 */
export function parsePolicyDocument(encoded: string, owner: string): PolicyDocument {
  try {
    return v.parse(Document, v.parse(Normalized, JSON.parse(decodeURIComponent(encoded))));
  } catch (cause) {
    throw new UserError("GT-AWS-REPLY", `The policy document of ${owner} cannot be read.`, {
      hint: "Look at it in the IAM console; gateway-tls changes only what it can read.",
      cause,
    });
  }
}

/** Whether both say the same in the same order; keys of objects may stand in any. */
export function isSameDocument(left: PolicyDocument, right: PolicyDocument): boolean {
  return isDeepStrictEqual(left, right);
}
