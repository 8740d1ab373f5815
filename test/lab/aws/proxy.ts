import { Agent, request as httpRequest, type ServerResponse } from "node:http";
import { listenHttp, type Listening, readBody } from "../https.ts";
import { pause } from "../process.ts";
import { type AwsReply, type AwsRequest, failWith, identify } from "./request.ts";
import { Rules } from "./rules.ts";

/** Answers some calls itself; `undefined` leaves the call to the endpoint. */
export type Answer = (
  request: AwsRequest,
  forward: () => Promise<AwsReply>,
) => Promise<AwsReply | undefined>;

export interface LoggedCall {
  service: string;
  action: string | undefined;
  accessKeyId: string | undefined;
  status: number | undefined;
  at: number;
}

export interface AwsProxy extends Listening {
  rules: Rules;
  calls: LoggedCall[];
  /** The first that answers is taken. */
  answers: Answer[];
  /** Told of each call that succeeded. */
  onSuccess: ((request: AwsRequest) => void)[];
}

/** Between everyone and the AWS endpoint: fills its gaps, decides who may, injects faults. */
export async function startProxy(upstream: string): Promise<AwsProxy> {
  const agent = new Agent({ keepAlive: true });
  const rules = new Rules();
  const calls: LoggedCall[] = [];
  const answers: Answer[] = [];
  const onSuccess: AwsProxy["onSuccess"] = [];
  const serve = async (request: AwsRequest, response: ServerResponse): Promise<void> => {
    const call: LoggedCall = { ...pick(request), status: undefined, at: Date.now() };
    calls.push(call);
    const rule = rules.find(request);
    if (rule?.delayMs !== undefined) await pause(rule.delayMs);
    if (rule?.fault === "hang") return;
    const socket = response.socket;
    if (rule?.fault === "reset") return void socket?.resetAndDestroy();
    const reply =
      rule?.error === undefined
        ? await decide(request, answers, () => forward(upstream, agent, request))
        : failWith(request.service, rule.error);
    call.status = reply.status;
    if (reply.status < 300) for (const tell of onSuccess) tell(request);
    if (rule?.fault === "lost") return void socket?.resetAndDestroy();
    send(response, reply, rule?.fault === "cut");
  };
  const listening = await listenHttp((incoming, response) => {
    void readBody(incoming).then((body) => {
      const { method = "GET", url = "/", headers } = incoming;
      return serve(identify({ method, url, headers, body: body.toString() }), response);
    });
  });
  const close = async (): Promise<void> => {
    agent.destroy();
    await listening.close();
  };
  return { ...listening, close, rules, calls, answers, onSuccess };
}

const pick = ({ service, action, accessKeyId }: AwsRequest) => ({ service, action, accessKeyId });

async function decide(
  request: AwsRequest,
  answers: readonly Answer[],
  forward: () => Promise<AwsReply>,
): Promise<AwsReply> {
  try {
    for (const answer of answers) {
      const reply = await answer(request, forward);
      if (reply !== undefined) return reply;
    }
    return await forward();
  } catch (error) {
    const message = error instanceof Error ? error.message : "unreadable";
    return failWith(request.service, { status: 500, code: "InternalFailure", message });
  }
}

function forward(upstream: string, agent: Agent, request: AwsRequest): Promise<AwsReply> {
  return new Promise((resolve, reject) => {
    const { method, headers, body } = request;
    const sent = httpRequest(new URL(request.url, upstream), { method, headers, agent });
    sent.on("error", reject);
    sent.on("response", (response) => {
      readBody(response).then(
        (content) =>
          resolve({
            status: response.statusCode ?? 500,
            headers: response.headers,
            body: content,
          }),
        reject,
      );
    });
    sent.end(body);
  });
}

function send(response: ServerResponse, reply: AwsReply, cut: boolean): void {
  const body = Buffer.from(reply.body);
  const { "transfer-encoding": _, connection: __, ...headers } = reply.headers;
  response.writeHead(reply.status, { ...headers, "content-length": body.length });
  if (!cut) response.end(body);
  else response.write(body.subarray(0, body.length / 2), () => response.socket?.resetAndDestroy());
}
