/**
 * The region that the user has configured: that of the profile they named, then `AWS_REGION`,
 * then `AWS_DEFAULT_REGION`, then that of the default profile (`AWS_PROFILE`, or `default`).
 */
export async function findRegion(
  profile: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const named = profile === undefined ? undefined : await findProfileRegion(profile);
  return (
    named ??
    nonEmpty(env["AWS_REGION"]) ??
    nonEmpty(env["AWS_DEFAULT_REGION"]) ??
    (profile === undefined ? await findProfileRegion(undefined) : undefined)
  );
}

async function findProfileRegion(profile: string | undefined): Promise<string | undefined> {
  const { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS } = await import("@smithy/core/config");
  const region = await loadConfig(
    {
      environmentVariableSelector: () => undefined,
      configFileSelector: (section) => section["region"],
      default: "",
    },
    { ...NODE_REGION_CONFIG_FILE_OPTIONS, ...(profile === undefined ? {} : { profile }) },
  )();
  return nonEmpty(region);
}

function nonEmpty(value: string | undefined): string | undefined {
  const trimmed = value?.trim();
  return trimmed === "" ? undefined : trimmed;
}
