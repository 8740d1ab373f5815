import { verify } from "node:crypto";
import * as v from "valibot";

const Claims = v.object({
  iss: v.string(),
  sub: v.string(),
  aud: v.pipe(
    v.union([v.string(), v.array(v.string())]),
    v.transform((audience) => [audience].flat()),
  ),
  exp: v.number(),
});
export type WebTokenClaims = v.InferOutput<typeof Claims>;

/** What a ServiceAccount token says; throws unless the cluster signed it and it has not ended. */
export function readWebToken(token: string, publicKey: string): WebTokenClaims {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const signed = Buffer.from(`${header}.${payload}`);
  if (!verify("RSA-SHA256", signed, publicKey, Buffer.from(signature, "base64url"))) {
    throw new Error("the token is not signed by the cluster");
  }
  const claims = v.parse(Claims, JSON.parse(Buffer.from(payload, "base64url").toString()));
  if (claims.exp * 1000 < Date.now()) throw new Error("the token has expired");
  return claims;
}
