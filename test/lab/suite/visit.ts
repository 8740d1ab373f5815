import { type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { TLSSocket } from "node:tls";
import { readBody } from "../https.ts";
import type { Lab } from "../lab.ts";

export interface Visit {
  status: number;
  location: string | undefined;
  body: string;
  /** Over TLS: who issued, for which names, and the certificate's own number. */
  certificate?: { issuer: string; names: string; serial: string };
}

/** `curl --resolve`: by name at a load balancer's address, trusting only one root: production's CA's. */
export function visit(
  lab: Lab,
  url: string,
  address = lab.address,
  root = lab.acme.production.root,
): Promise<Visit> {
  const { protocol, hostname, pathname } = new URL(url);
  const options = { host: address, path: pathname, agent: false, headers: { host: hostname } };
  return new Promise((resolve, reject) => {
    const onResponse = (response: IncomingMessage) => {
      const { socket } = response;
      const certificate = socket instanceof TLSSocket ? describe(socket) : undefined;
      readBody(response).then(
        (body) =>
          resolve({
            status: response.statusCode ?? 0,
            location: response.headers.location,
            body: body.toString(),
            ...(certificate === undefined ? {} : { certificate }),
          }),
        reject,
      );
    };
    const sent =
      protocol === "http:"
        ? httpRequest(options, onResponse)
        : httpsRequest({ ...options, servername: hostname, ca: root }, onResponse);
    sent.on("error", reject);
    sent.end();
  });
}

function describe(socket: TLSSocket) {
  const { issuer, subjectaltname = "", serialNumber } = socket.getPeerCertificate();
  return { issuer: String(issuer.CN), names: subjectaltname, serial: serialNumber };
}
