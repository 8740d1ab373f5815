import { createAuthority, type Issued } from "../../support/tls.ts";
import type { ProbeHostnames } from "./probe-contract.ts";

/** Names below one zone, for worlds that may choose. */
export const contractHostnames: ProbeHostnames = {
  trusted: "www.example.com",
  staging: "staging.example.com",
  expired: "expired.example.com",
  mistaken: "mistaken.example.com",
  mistakenStaging: "mistaken-staging.example.com",
  unserved: "unserved.example.com",
};

/** Real certificates for the names that have one, and the root (PEM) that the trusted ones end at. */
export function certificatesFor(hostnames: ProbeHostnames): {
  root: string;
  issued: Map<string, Issued>;
} {
  const root = createAuthority("Contract Root");
  const production = root.certifyIntermediate("Contract CA");
  const staging = createAuthority("(STAGING) Root").certifyIntermediate("(STAGING) CA");
  const issued = new Map([
    [hostnames.trusted, production.issue([hostnames.trusted])],
    [hostnames.staging, staging.issue([hostnames.staging])],
    [hostnames.expired, production.issue([hostnames.expired], { days: -1 })],
    [hostnames.mistaken, production.issue([hostnames.trusted])],
    [hostnames.mistakenStaging, staging.issue([hostnames.trusted])],
  ]);
  return { root: root.certificate, issued };
}
