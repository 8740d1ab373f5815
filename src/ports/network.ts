/** What is asked for; answers may hold other types. */
export type RecordType = "A" | "AAAA" | "CNAME" | "NS" | "SOA" | "TXT" | "CAA" | "DS";

/** One record of an answer. */
export interface DnsRecord {
  /** Lower case, without the trailing dot. */
  name: string;
  type: string;
  ttlSeconds: number;
  /** A, AAAA: the address; NS, CNAME: a name; TXT: its strings joined; CAA: `0 issue "ca"`; SOA: `mname rname serial refresh retry expire minimum`. */
  value: string;
}

/** An answer, whatever it says: a name that does not exist is one too. */
export interface DnsAnswer {
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, `REFUSED`, ... */
  status: string;
  /** The AA bit: the server is one of the zone's own. */
  authoritative: boolean;
  answers: DnsRecord[];
  /** NS of a referral, or the SOA of a negative answer. */
  authorities: DnsRecord[];
}

/** DNS, with caches or at a chosen server. */
export interface Resolver {
  /**
   * One question. Without `server`: the recursive resolver of the system. With `server` (an IP
   * address): that server, without recursion. Under `--dns-server` every question goes there.
   * No answer at all (blocked, timed out) is a UserError `GT-DNS-UNREACHABLE`.
   */
  query(name: string, type: RecordType, server?: string): Promise<DnsAnswer>;
}

/** An HTTP response, whatever its status. */
export interface HttpAnswer {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  /** At most the first 64 KiB. */
  body: string;
}

/** The leaf certificate that a handshake showed. */
export interface ServedCertificate {
  /** The common name, or the first of `names` where it has none. */
  subject: string;
  /** The issuer's common name; a Let's Encrypt staging one holds `(STAGING)`. */
  issuer: string;
  /** DNS names of the SAN. */
  names: string[];
  /** ISO 8601. */
  notBefore: string;
  notAfter: string;
  /** SHA-256 of the DER, lower-case hex, without colons. */
  fingerprint: string;
  /** Whether the chain ends at a root that this machine, or `--trust-ca`, trusts, for this name. */
  trusted: boolean;
  /** Why it is not trusted, in OpenSSL's word: `UNABLE_TO_GET_ISSUER_CERT_LOCALLY`. */
  untrustedReason: string | undefined;
}

/** Connections from this machine to a host's own addresses: no proxy, no DNS. */
export interface Probe {
  /** GET without following redirects, to a chosen address. Throws UserError `GT-PROBE-FAILED`, or `GT-PROBE-NO-ROUTE` where this machine cannot go there. */
  get(target: {
    protocol: "http" | "https";
    hostname: string;
    path: string;
    address: string;
    timeoutMs: number;
  }): Promise<HttpAnswer>;
  /** A TLS handshake by name (SNI) on port 443 of a chosen address. Throws likewise. */
  handshake(target: {
    hostname: string;
    address: string;
    timeoutMs: number;
  }): Promise<ServedCertificate>;
}
