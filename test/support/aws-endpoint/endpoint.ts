import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { type AccountFixture, contractAccount } from "../../contract/aws/account.ts";
import { type Account, createAccount } from "./account.ts";
import { answerEks, findEksAction } from "./eks.ts";
import { type FaultRule, Faults } from "./faults.ts";
import { answerIam } from "./iam.ts";
import { answerRoute53, findRoute53Action } from "./route-53.ts";
import { answerSts } from "./sts.ts";
import {
  AwsFailure,
  failureReply,
  type Service,
  type WireReply,
  type WireRequest,
} from "./wire.ts";

/** One request that came, and how it was answered; no status where no reply was sent. */
export interface Call {
  service: Service;
  action: string;
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  body: string;
  status: number | undefined;
}

/** AWS on 127.0.0.1: STS, IAM, EKS and Route 53 in their own formats, over one account in memory. */
export interface AwsEndpoint {
  url: string;
  account: Account;
  calls: Call[];
  /** `service:Action` of each call, in order. */
  actions(): string[];
  /** Resolves when so many requests for the action have come. */
  received(action: string, count: number): Promise<void>;
  add(rule: FaultRule): void;
  close(): Promise<void>;
}

const services: Record<Service, (account: Account, request: WireRequest) => WireReply> = {
  sts: answerSts,
  iam: answerIam,
  eks: answerEks,
  route53: answerRoute53,
};

export async function startAwsEndpoint(
  fixture: AccountFixture = contractAccount,
  pageSize = 2,
): Promise<AwsEndpoint> {
  const account = createAccount(fixture, pageSize);
  const calls: Call[] = [];
  const faults = new Faults();
  const arrivals = new EventTarget();
  let previous = structuredClone(account);
  const answer = (request: WireRequest, stale: boolean): WireReply => {
    try {
      if (stale) return services[request.service](previous, request);
      const before = structuredClone(account);
      const reply = services[request.service](account, request);
      if (!/^(Get|List|Describe|Simulate)/.test(request.action)) previous = before;
      faults.succeeded(request.action);
      return reply;
    } catch (error) {
      if (error instanceof AwsFailure) return failureReply(request.service, error);
      throw error;
    }
  };
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    const request = await readRequest(incoming);
    const call: Call = { ...request, status: undefined };
    calls.push(call);
    arrivals.dispatchEvent(new Event("call"));
    const rule = faults.take(request.service, request.action) ?? {};
    if (rule.until !== undefined) await rule.until;
    if (rule.fault === "hang") return;
    if (rule.fault === "reset") {
      incoming.socket.resetAndDestroy();
      return;
    }
    const reply =
      rule.error === undefined
        ? answer(request, rule.stale ?? false)
        : failureReply(request.service, rule.error);
    if (rule.fault === "lost") {
      incoming.socket.resetAndDestroy();
      return;
    }
    call.status = reply.status;
    send(response, edited(reply, rule), rule.fault === "cut");
  };
  const url = await listen(server);
  return {
    url,
    account,
    calls,
    actions: () => calls.map(({ service, action }) => `${service}:${action}`),
    async received(action, count) {
      while (calls.filter((call) => call.action === action).length < count) {
        await once(arrivals, "call");
      }
    },
    add: (rule) => faults.add(rule),
    close: () => close(server),
  };
}

async function readRequest(incoming: IncomingMessage): Promise<WireRequest> {
  const body = await text(incoming);
  const { method = "GET", url = "/" } = incoming;
  const { pathname: path, searchParams: query } = new URL(url, "http://127.0.0.1");
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, [value].flat().join(",")]),
  );
  const service = parseService(headers["authorization"]);
  const action =
    (service === "eks" && findEksAction(method, path)) ||
    (service === "route53" && findRoute53Action(method, path)) ||
    new URLSearchParams(body).get("Action") ||
    "unknown";
  return { service, action, method, path, query, headers, body };
}

/** The request was signed for one service: `Credential=<key>/<date>/<region>/<service>/aws4_request`. */
function parseService(authorization: string | undefined): Service {
  const service = /Credential=[^/]+\/\d+\/[^/]+\/(\w+)\//.exec(authorization ?? "")?.[1];
  if (service === "sts" || service === "iam" || service === "eks" || service === "route53") {
    return service;
  }
  throw new Error(`The request is signed for ${service ?? "nothing"}.`);
}

function edited(reply: WireReply, { edit, headers }: FaultRule): WireReply {
  return {
    ...reply,
    headers: { ...reply.headers, ...headers },
    body: edit === undefined ? reply.body : edit(reply.body),
  };
}

function send(response: ServerResponse, { status, headers, body }: WireReply, cut: boolean): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, "content-length": bytes.length });
  if (!cut) {
    response.end(bytes);
    return;
  }
  response.write(bytes.subarray(0, bytes.length >> 1), () => {
    response.socket?.resetAndDestroy();
  });
}

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The endpoint has no port.");
  return `http://127.0.0.1:${address.port}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}
