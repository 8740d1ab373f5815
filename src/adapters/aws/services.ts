import type { EKSClient } from "@aws-sdk/client-eks";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { Route53Client } from "@aws-sdk/client-route-53";
import type { STSClient } from "@aws-sdk/client-sts";
import { type Ask, createAsk, type Loaded } from "./ask.ts";
import type { ClassifyContext } from "./failure.ts";
import type * as eksSdk from "./sdk/eks.ts";
import type * as iamSdk from "./sdk/iam.ts";
import type * as route53Sdk from "./sdk/route-53.ts";
import type * as stsSdk from "./sdk/sts.ts";
import type { AwsCredentials } from "./token.ts";

/** A service's client, and those of its commands that we send: `sdk/`. */
export type Sts = Loaded<STSClient, typeof stsSdk>;
export type Eks = Loaded<EKSClient, typeof eksSdk>;
export type Iam = Loaded<IAMClient, typeof iamSdk>;
export type Route53 = Loaded<Route53Client, typeof route53Sdk>;

/** Without `profile` it is `AWS_PROFILE`'s, or what the SDK's own chain finds first. */
export interface AwsOptions {
  region: string;
  profile?: string;
  /** For the proxy variables; the SDK reads its own settings from the process. */
  env: NodeJS.ProcessEnv;
  /** For tests: what decides about time, and where AWS is. */
  tuning?: AwsTuning;
}

/** Left out: AWS's endpoints, the user's credentials, `computeBackoffMs`, `REQUEST_TIMEOUT_MS`. */
export interface AwsTuning {
  endpoint?: string;
  credentials?: AwsCredentials;
  /** The delay after attempt 1, 2, ... */
  backoffMs?: (attempt: number) => number;
  requestTimeoutMs?: number;
}

/** One client for each service, loaded when it is first asked; they share credentials and sockets. */
export interface Services {
  sts: Ask<Sts>;
  eks: Ask<Eks>;
  iam: Ask<Iam>;
  route53: Ask<Route53>;
  credentials(): Promise<AwsCredentials>;
  region: string;
  close(): void;
}

const CONNECTION_TIMEOUT_MS = 5000;
const REQUEST_TIMEOUT_MS = 15_000;
const PROXY_VARIABLES = ["https_proxy", "http_proxy", "all_proxy"];

/** Loads no SDK and looks for no credentials before the first request. */
export function createServices(options: AwsOptions): Services {
  const { region, profile, env } = options;
  const context: ClassifyContext = {
    region,
    profile: profile ?? env["AWS_PROFILE"],
    staticKeys: env["AWS_ACCESS_KEY_ID"] !== undefined,
  };
  const config = once(() => createConfig(options));
  const { load, opened } = createLoaders(config);
  const askCredentials = createAsk(config, context);
  return {
    region,
    sts: createAsk(load.sts, context),
    eks: createAsk(load.eks, context),
    iam: createAsk(load.iam, context),
    route53: createAsk(load.route53, context),
    credentials: () =>
      askCredentials({ action: "sts:GetCallerIdentity", resource: "*" }, (shared) =>
        shared.credentials(),
      ),
    close: () => {
      for (const client of opened) client.destroy();
    },
  };
}

type Config = Awaited<ReturnType<typeof createConfig>>;

/** Each service's module and client, made when it is first asked for. */
function createLoaders(config: () => Promise<Config>) {
  const opened: { destroy(): void }[] = [];
  const loader = <Sdk, Client extends { destroy(): void }>(
    module: () => Promise<Sdk>,
    create: (sdk: Sdk, shared: Config) => Client,
  ) =>
    once(async (): Promise<Loaded<Client, Sdk>> => {
      const [sdk, shared] = await Promise.all([module(), config()]);
      const client = create(sdk, shared);
      opened.push(client);
      return { client, sdk };
    });
  const load = {
    sts: loader(
      () => import("./sdk/sts.ts"),
      (sdk, shared) => new sdk.STSClient(shared),
    ),
    eks: loader(
      () => import("./sdk/eks.ts"),
      (sdk, shared) => new sdk.EKSClient(shared),
    ),
    iam: loader(
      () => import("./sdk/iam.ts"),
      (sdk, shared) => new sdk.IAMClient(shared),
    ),
    route53: loader(
      () => import("./sdk/route-53.ts"),
      (sdk, shared) => new sdk.Route53Client(shared),
    ),
  };
  return { load, opened };
}

async function createConfig({ region, profile, env, tuning = {} }: AwsOptions) {
  const [{ createCredentials }, { PatientRetryStrategy }, requestHandler] = await Promise.all([
    import("./credentials.ts"),
    import("./retry-strategy.ts"),
    createRequestHandler(env, tuning.requestTimeoutMs ?? REQUEST_TIMEOUT_MS),
  ]);
  const { credentials } = tuning;
  const settings = { region, requestHandler, profile: profile ?? env["AWS_PROFILE"] };
  return {
    region,
    requestHandler,
    ...(profile === undefined ? {} : { profile }),
    ...(tuning.endpoint === undefined ? {} : { endpoint: tuning.endpoint }),
    retryStrategy: new PatientRetryStrategy(tuning.backoffMs),
    credentials:
      credentials === undefined ? await createCredentials(settings) : async () => credentials,
  };
}

async function createRequestHandler(env: NodeJS.ProcessEnv, requestTimeout: number) {
  const settings = {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout,
    throwOnRequestTimeout: true,
  };
  const proxied = PROXY_VARIABLES.some((name) => env[name] || env[name.toUpperCase()]);
  if (proxied) {
    const { ProxyingHandler } = await import("./proxy.ts");
    return new ProxyingHandler(settings);
  }
  const { NodeHttpHandler } = await import("@smithy/node-http-handler");
  return new NodeHttpHandler(settings);
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
