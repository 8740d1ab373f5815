const words: Record<string, string> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was reset",
  ETIMEDOUT: "the connection timed out",
  EHOSTUNREACH: "there is no route to that address",
  ENETUNREACH: "there is no route to that address",
  EADDRNOTAVAIL: "there is no route to that address",
  ERR_SSL_WRONG_VERSION_NUMBER: "what answers there does not speak TLS",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "what answers there does not speak TLS",
  ERR_SSL_HTTP_REQUEST: "what answers there does not speak TLS",
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: "it serves no certificate for this name",
  ERR_SSL_TLSV1_ALERT_UNRECOGNIZED_NAME: "it serves no certificate for this name",
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: "it refused the TLS handshake",
  "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE": "it refused the TLS handshake",
};

/** A socket's or OpenSSL's error code in words, as a clause; unknown ones as they are. */
export function describeSocketError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  // The codes of Node's HTTP parser.
  if (code.startsWith("HPE_")) return "what answers there does not speak HTTP";
  return words[code] ?? withoutNoise(error.message);
}

const notTls = /wrong version number|packet length too long|http request/i;

/** OpenSSL's messages come with ids, file names and a line break. */
function withoutNoise(message: string): string {
  const openssl = /error:[0-9A-F]+:[^:]*:[^:]*:(?<reason>[^:]+):/.exec(message);
  const reason = openssl?.groups?.["reason"];
  if (reason !== undefined)
    return notTls.test(reason) ? "what answers there does not speak TLS" : reason;
  return (message.split("\n", 1)[0] ?? message).replace(/\.$/, "");
}
