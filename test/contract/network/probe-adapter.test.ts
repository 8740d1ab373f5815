import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer as createTcpServer } from "node:net";
import { createSecureContext } from "node:tls";
import { createProbe } from "../../../src/adapters/probe.ts";
import { closeServer, findClosedPort, listen } from "../../support/listen.ts";
import { refuseUnknownNames } from "../../support/tls-front.ts";
import { certificatesFor, contractHostnames } from "./certificates.ts";
import { describeProbe } from "./probe-contract.ts";

const { trusted } = contractHostnames;

/** A gateway in miniature: a certificate for each name, and none for another. */
describeProbe("over sockets", async () => {
  const { root, issued } = certificatesFor(contractHostnames);
  const http = createHttpServer(serve);
  const https = createHttpsServer(
    {
      SNICallback: (name, done) => {
        const { certificate: cert, key } = issued.get(name) ?? {};
        done(null, createSecureContext({ cert, key }));
      },
    },
    serve,
  );
  const front = refuseUnknownNames(https, (name) => issued.has(name));
  const silent = createTcpServer();
  const ports = { http: await listen(http), https: await listen(front) };
  const silentPort = await listen(silent);
  const closedPort = await findClosedPort();
  return {
    probe: createProbe({
      trustCa: root,
      locate: (address, protocol) => ({
        address: "127.0.0.1",
        port: { "192.0.2.1": ports[protocol], "192.0.2.2": silentPort }[address] ?? closedPort,
      }),
    }),
    address: "192.0.2.1",
    silentAddress: "192.0.2.2",
    refusingAddress: "192.0.2.3",
    hostnames: contractHostnames,
    page: { path: "/coffee", body: "a cup" },
    redirect: { path: "/old", location: `https://${trusted}/old` },
    missingPath: "/nothing",
    close: async () => {
      await Promise.all([http, front, silent].map(closeServer));
    },
  };
});

const serve: RequestListener = (request, response) => {
  const known = Object.values(contractHostnames).some((name) => name === request.headers.host);
  if (known && request.url === "/coffee") response.end("a cup");
  else if (known && request.url === "/old") {
    response.writeHead(302, { location: `https://${trusted}/old` }).end();
  } else response.writeHead(404).end();
};
