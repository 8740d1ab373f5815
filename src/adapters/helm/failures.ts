import { UserError } from "../../errors.ts";
import { findClusterFailure } from "../cluster/classify.ts";
import { explainWith, firstLine, type KnownFailure, retryFor } from "../cluster/failure-texts.ts";

/** The release that a failing helm was working on. */
export interface FailedRelease {
  name: string;
  namespace: string;
  chart: string;
  server: string;
}

const registryFailures: readonly KnownFailure[] = [
  {
    pattern: /digest mismatch|digest does not match|failed digest verification/,
    explain: (_, text, chart) =>
      new UserError(
        "GT-CHART-DIGEST",
        `The chart ${chart} is not what it should be: ${firstLine(text)}.`,
        { hint: "Do not go on. Find out who changed the chart, or the mirror that served it." },
      ),
  },
  {
    pattern: /\b429\b|toomanyrequests|Too Many Requests/i,
    explain: (_, text, chart) =>
      new UserError(
        "GT-REGISTRY-RATE-LIMITED",
        `The registry of ${chart} limits how often it is asked.`,
        {
          hint: "Wait some minutes, or give a mirror of the chart with --chart.",
          retry: retryFor(120_000, "the chart's registry asks to wait", retryAfterMs(text)),
        },
      ),
  },
  {
    pattern:
      /status code 40[13]|\b40[13] (?:Unauthorized|Forbidden)|denied: |unauthorized: |failed to authorize/,
    explain: (_, __, chart) =>
      new UserError(
        "GT-REGISTRY-DENIED",
        `The registry of ${chart} refuses this caller, also without any stored login.`,
        { hint: "Log in to it (helm registry login), or give a mirror of the chart with --chart." },
      ),
  },
  {
    pattern:
      /path "[^"]*" not found|status code 404|\b404 Not Found|manifest unknown|:\S* not found$|chart "[^"]*" (?:matching \S+ |version "[^"]*" )?not found|no chart name found|chart metadata is missing|Chart\.yaml file is missing|does not appear to be a (?:gzipped|valid)/m,
    explain: (_, text, chart) =>
      new UserError("GT-CHART-NOT-FOUND", `There is no such chart ${chart}: ${errorOf(text)}.`, {
        hint: "Check the reference and the version given with --chart.",
      }),
  },
  {
    pattern:
      /is not a valid chart repository or cannot be reached|failed to perform "|could not download|failed to (?:fetch|download|do request)|^Error: (?:UPGRADE FAILED: )?(?:Get|Head) "/m,
    explain: (_, text, chart) =>
      new UserError(
        "GT-CHART-UNREACHABLE",
        `The chart ${chart} cannot be fetched: ${errorOf(text)}.`,
        {
          hint: "Check the network, or give a mirror or a file with --chart.",
          retry: retryFor(60_000, "waiting for the chart's registry"),
        },
      ),
  },
];

const releaseFailures: readonly KnownFailure[] = [
  {
    pattern:
      /(\S+) "([^"]+)" in namespace "([^"]*)" exists and cannot be imported into the current release: invalid ownership metadata;([^\n]*)/,
    explain: ([, kind = "", name = "", namespace = "", reasons = ""], _, release) => {
      const where = namespace === "" ? name : `${namespace}/${name}`;
      return new UserError(
        "GT-RELEASE-OWNERSHIP",
        `${kind} ${where} exists and is not part of the release ${release}: ${ownerOf(reasons)}.`,
        {
          hint: `Rename or remove it if nobody needs it: kubectl get ${kind.toLowerCase()} ${name}${namespace === "" ? "" : ` -n ${namespace}`} -o yaml`,
        },
      );
    },
  },
  {
    pattern: /cannot re-?use a name that is still in use|has no deployed releases/,
    explain: (_, text, release) =>
      new UserError(
        "GT-RELEASE-STATE",
        `The release ${release} cannot be upgraded: ${errorOf(text)}.`,
        {
          hint: `See what happened to it with helm history, then run the same command again.`,
        },
      ),
  },
  {
    pattern:
      /values don't meet the specifications of the schema|error unmarshaling JSON|execution error at/,
    explain: (_, text, release) =>
      new UserError(
        "GT-CHART-VALUES",
        `The chart refuses the values of ${release}: ${problemsOf(text) ?? errorOf(text)}.`,
        {
          hint: "Check the chart's `values` in the config, and whether the chart is of the planned version.",
        },
      ),
  },
];

/** helm's last error, in one line. */
export function errorOf(text: string): string {
  const at = text.lastIndexOf("Error: ");
  return firstLine(at < 0 ? text : text.slice(at)).replace(
    /^(?:UPGRADE|INSTALLATION) FAILED: /,
    "",
  );
}

/** What a chart's schema says of its values: helm lists it below its error, a problem in each line. */
function problemsOf(text: string): string | undefined {
  const problems = [...text.matchAll(/^- (.+)$/gm)].map(([, problem = ""]) => problem.trim());
  return problems.length > 0 ? problems.join("; ") : undefined;
}

/** A wait that helm gave up: 3 says only so, 4 also names the resource. */
export function isWaitTimeout(text: string): boolean {
  return (
    /^(?:Error: (?:UPGRADE FAILED: |release \S+ failed: )?)?(?:client rate limiter Wait returned an error: )?context deadline exceeded$/m.test(
      text,
    ) || /timed out waiting for the condition|^Error: .*resource \S+ not ready/m.test(text)
  );
}

/** `Deployment demo/app (Available: 0/2)`, where helm 4 says it. */
export function unreadyIn(text: string): string | undefined {
  const match = /resource (\w+)\/(\S+) not ready\. status: \w+, message: ([^\n"\\]+)/.exec(text);
  return match === null ? undefined : `${match[1]} ${match[2]} (${match[3]?.trim()})`;
}

/** Whether a login that is stored for the registry may be stale: worth asking without one. */
export function isRegistryDenial(error: UserError): boolean {
  return error.code === "GT-REGISTRY-DENIED";
}

/** What helm's words mean; a wait's time limit and a pending release are the caller's. */
export function classifyHelm(stderr: string, release: FailedRelease): UserError {
  const title = `${release.namespace}/${release.name}`;
  return (
    explainWith(releaseFailures, stderr, title) ??
    (isAboutCluster(stderr) ? findClusterFailure(stderr, release.server) : undefined) ??
    explainWith(registryFailures, stderr, release.chart) ??
    findClusterFailure(stderr, release.server) ??
    new UserError("GT-HELM-FAILED", `helm failed on the release ${title}: ${errorOf(stderr)}.`, {
      hint: `See its state: helm status ${release.name} --namespace ${release.namespace}`,
    })
  );
}

const isAboutCluster = (text: string): boolean =>
  /cluster unreachable|failed calling webhook|denied (?:the )?request|cannot \w+ resource|Apply failed with|conflicts? with "|being terminated/i.test(
    text,
  );

/** Who has it, from the ownership labels and annotations that helm compared. */
function ownerOf(reasons: string): string {
  const values = [...reasons.matchAll(/key "([^"]+)"[^;]*?current value is "([^"]+)"/g)];
  const named = values.map(([, key, value]) => `its ${key ?? ""} is ${value ?? ""}`);
  return named.length > 0 ? named.join(", ") : "it has no owner that helm knows";
}

function retryAfterMs(text: string): number {
  const [, seconds] = /retry-after:\s*(\d+)(?:\.\d+)?\s*s?\b/i.exec(text) ?? [];
  const wanted = seconds === undefined ? 10 : Number(seconds);
  return Math.min(Math.max(wanted, 5), 60) * 1000;
}
