import type { NodeHttpHandler } from "@smithy/node-http-handler";
import { UserError } from "../../errors.ts";
import type { AwsCredentials } from "./token.ts";

/** The SDK warns on the console, across whatever is drawn there, unless it has a logger. */
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * The SDK's own chain: environment, profile, SSO, web identity, instance. A profile that is named
 * must be there, or each request is `GT-AWS-PROFILE`: the chain would pass it over and act as
 * whoever comes next.
 */
export async function createCredentials(settings: {
  region: string;
  requestHandler: NodeHttpHandler;
  profile: string | undefined;
}): Promise<() => Promise<AwsCredentials>> {
  const { profile, region, requestHandler } = settings;
  const { defaultProvider } = await import("@aws-sdk/credential-provider-node");
  const named = profile === undefined ? {} : { profile };
  const provider = defaultProvider({
    ...named,
    logger: quiet,
    clientConfig: { region, requestHandler },
    parentClientConfig: { region, requestHandler, ...named },
  });
  return async () => {
    if (profile !== undefined) await requireProfile(profile);
    return provider();
  };
}

async function requireProfile(profile: string): Promise<void> {
  const { loadSharedConfigFiles } = await import("@smithy/core/config");
  const { configFile, credentialsFile } = await loadSharedConfigFiles();
  // Sections of other kinds are called "sso-session.x" and "services.x".
  const names = Object.keys({ ...configFile, ...credentialsFile }).filter(
    (name) => !/^(sso-session|services)\./.test(name),
  );
  if (names.includes(profile)) return;
  throw new UserError("GT-AWS-PROFILE", `There is no AWS profile ${profile}.`, {
    hint:
      names.length === 0
        ? "Make one with: aws configure sso"
        : `Name one of these with --profile: ${names.toSorted().join(", ")}.`,
  });
}
