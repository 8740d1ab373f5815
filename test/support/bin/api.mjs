// What the fake kubectl and helm share: a kubeconfig in JSON, and plain HTTP to its server.
import { appendFileSync, readFileSync } from "node:fs";
import { request } from "node:http";

/** Flags as `--name=value` or `--name`, and the rest. */
export function parseArguments(argv) {
  const flags = new Map();
  const rest = [];
  for (const argument of argv) {
    const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(argument) ?? [];
    if (name === undefined) rest.push(argument);
    else flags.set(name, value ?? "true");
  }
  return { flags, rest };
}

/** Each call, for tests that look at how the programs were called. */
export function record(program, argv) {
  const file = process.env["FAKE_CALLS"];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ program, argv })}\n`);
}

export function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** The server and the credentials of a context. */
export function readKubeconfig(path, context) {
  let config;
  try {
    config = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    fail(
      error.code === "ENOENT"
        ? "error: current-context must exist in order to minify"
        : `error: error loading config file "${path}": yaml: line 1: did not find expected node content`,
    );
  }
  const name = context ?? config["current-context"];
  const found = config.contexts.find((one) => one.name === name);
  if (found === undefined) fail(`error: context "${name}" does not exist`);
  const { cluster } = config.clusters.find((one) => one.name === found.context.cluster);
  const { user } = config.users.find((one) => one.name === found.context.user);
  return { config, name, server: cluster.server, user };
}

/** Read anew for each request, as client-go does. */
function authorization({ token, tokenFile }) {
  const value = tokenFile === undefined ? token : readFileSync(tokenFile, "utf8");
  return value === undefined ? {} : { authorization: `Bearer ${value}` };
}

/** The raw exchange with the API server. */
export function exchange({ server, user }, { method, path, headers = {}, body }) {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${server}${path}`,
      { method, headers: { ...headers, ...authorization(user) } },
      resolve,
    );
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}

/** A document of the API server, with its status. */
export async function call(target, options) {
  const message = await exchange(target, options);
  const chunks = [];
  for await (const chunk of message) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  let document;
  try {
    document = JSON.parse(text);
  } catch {
    document = { message: text };
  }
  return { status: message.statusCode, document };
}

/** Go's words for a connection that failed. */
export function dialError(error, server) {
  const { host } = new URL(server);
  return `dial tcp ${host}: connect: ${error.code === "ECONNREFUSED" ? "connection refused" : "connection reset by peer"}`;
}

export async function readInput() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
