const notTls = "what answers there does not speak TLS";
const noSuchName = "it serves no certificate for this name";
const handshakeRefused = "it refused the TLS handshake";

const words: Record<string, string> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was reset",
  ETIMEDOUT: "the connection timed out",
  EHOSTUNREACH: "there is no route to that address",
  ENETUNREACH: "there is no route to that address",
  EADDRNOTAVAIL: "there is no route to that address",
  ERR_SSL_WRONG_VERSION_NUMBER: notTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: notTls,
  ERR_SSL_HTTP_REQUEST: notTls,
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: noSuchName,
  ERR_SSL_TLSV1_ALERT_UNRECOGNIZED_NAME: noSuchName,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: handshakeRefused,
  "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE": handshakeRefused,
};

/** A socket's or OpenSSL's error code in words, as a clause; unknown ones as they are. */
export function describeSocketError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  // The codes of Node's HTTP parser.
  if (code.startsWith("HPE_")) return "what answers there does not speak HTTP";
  return words[code] ?? withoutNoise(error.message);
}

/** A certificate that Node does not trust (its TLS error codes): asking again changes nothing. */
export function isUntrusted(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /CERT|VERIFY_LEAF|ISSUER/.test(code);
}

/** It is this machine that cannot go there, most often by IPv6: nothing was asked. */
export function isWithoutRoute(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENETUNREACH" || code === "EADDRNOTAVAIL";
}

/** A request's alerts come as `EPROTO`, and have OpenSSL's reason in their message only. */
const reasons: readonly [RegExp, string][] = [
  [/wrong version number|packet length too long|http request/i, notTls],
  [/unrecognized name/i, noSuchName],
  [/handshake failure/i, handshakeRefused],
];

/** OpenSSL's messages come with ids, file names and a line break. */
function withoutNoise(message: string): string {
  const openssl = /error:[0-9A-F]+:[^:]*:[^:]*:(?<reason>[^:]+):/.exec(message);
  const reason = openssl?.groups?.["reason"];
  if (reason !== undefined) return reasons.find(([pattern]) => pattern.test(reason))?.[1] ?? reason;
  return (message.split("\n", 1)[0] ?? message).replace(/\.$/, "");
}
