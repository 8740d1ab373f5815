import type { CaaVerdict } from "../facts/caa.ts";
import { listNames } from "../nearest.ts";

type Refusal = Extract<CaaVerdict, { allowed: false }>;

/** Why CAA records forbid a certificate, and the record that would allow it. */
export function describeRefusal(
  { hostname, foundAt, ca }: { hostname: string; foundAt: string; ca: string },
  { because, allowedCas }: Refusal,
): { reason: string; hint: string } {
  const allowed = allowedCas.map((name) => (name === "" ? "nobody" : name));
  const why = {
    ca: `it allows ${listNames(allowed)}, not ${ca}`,
    method: `it allows ${ca}, but not by http-01`,
    critical: "it has a critical property that CAs do not know",
  };
  const reason = `The CAA record of ${foundAt} forbids a certificate for ${hostname}: ${why[because]}.`;
  const hint =
    because === "critical"
      ? `Remove the unknown critical record: dig ${foundAt} CAA`
      : `Add to ${foundAt}: CAA 0 issue "${ca}"`;
  return { reason, hint };
}
