import { UserError } from "../../errors.ts";
import { firstLine, type KnownFailure, retryFor } from "./failure-texts.ts";

/** The cluster could not be asked at all. */
export const connectionFailures: readonly KnownFailure[] = [
  {
    pattern: /context "?([^"\s]+)"? does not exist|cannot locate context "?([^"\s]+)"?/,
    explain: ([, first, second]) =>
      new UserError(
        "GT-CONTEXT-NOT-FOUND",
        `The kubeconfig has no context ${first ?? second ?? ""}.`,
        { hint: "List what it has: kubectl config get-contexts" },
      ),
  },
  {
    pattern: /current-context must exist in order to minify|current-context is not set/,
    explain: () =>
      new UserError(
        "GT-CONTEXT-NOT-FOUND",
        "The kubeconfig has no current context, or the file is empty or absent.",
        { hint: "Name a context with --context, and the file with --kubeconfig." },
      ),
  },
  {
    pattern: /error loading config file|invalid configuration|yaml: line \d+/,
    explain: (_, text) =>
      new UserError("GT-KUBECONFIG-INVALID", `The kubeconfig cannot be read: ${firstLine(text)}.`, {
        hint: "Mend the file, or leave out --kubeconfig and --context to use EKS's own access.",
      }),
  },
  {
    pattern: /exec: executable (\S+) not found/,
    explain: ([, program = ""]) =>
      new UserError(
        "GT-CREDENTIAL-PLUGIN-MISSING",
        `The kubeconfig asks the program ${program} for credentials, and it is not on the PATH.`,
        { hint: `Install ${program}, or leave out --kubeconfig and --context.` },
      ),
  },
  {
    pattern: /exec: executable (\S+) failed with exit code (\d+)/,
    explain: ([, program = "", code = ""]) =>
      new UserError(
        "GT-CREDENTIAL-PLUGIN-FAILED",
        `The program ${program}, which the kubeconfig asks for credentials, failed with exit code ${code}.`,
        { hint: "Log in again, then check with: kubectl auth whoami" },
      ),
  },
  {
    pattern: /getting credentials: ([^\n]*)/,
    explain: ([, reason = ""]) =>
      new UserError(
        "GT-CREDENTIAL-PLUGIN-FAILED",
        `The kubeconfig's credentials could not be had: ${reason}.`,
        { hint: "Log in again, then check with: kubectl auth whoami" },
      ),
  },
  {
    pattern:
      /You must be logged in to the server|asked for the client to provide credentials|\bUnauthorized\b/,
    explain: (_, __, server) =>
      new UserError(
        "GT-CLUSTER-UNAUTHORIZED",
        `The API server ${server} does not know this caller: the cluster has no access entry for it, or its credentials have expired.`,
        {
          hint: "Add an EKS access entry for the caller: aws eks create-access-entry --cluster-name NAME --principal-arn ARN",
        },
      ),
  },
  {
    pattern: /x509: |tls: failed to verify|certificate (?:has expired|is not trusted)/,
    explain: (_, text, server) =>
      new UserError(
        "GT-CLUSTER-CERTIFICATE",
        `The certificate of the API server ${server} cannot be verified: ${firstLine(text)}.`,
        {
          hint: "Check the cluster's CA in the kubeconfig, and whether a proxy on the way opens TLS connections.",
        },
      ),
  },
  {
    pattern:
      /Too many requests|TooManyRequests|etcdserver: |currently unable to handle the request|ServiceUnavailable|apiserver (?:not ready|is shutting down)|client connection lost|request timed out|please try again|the server was unable to return a response in the time/i,
    explain: (_, text, server) =>
      new UserError(
        "GT-CLUSTER-BUSY",
        `The API server ${server} could not answer just now: ${firstLine(text)}.`,
        {
          hint: "Run the same command again in a few minutes: it resumes.",
          retry: retryFor(60_000, "waiting for the API server"),
        },
      ),
  },
  {
    pattern:
      /Unable to connect to the server|The connection to the server .* was refused|cluster unreachable|connection refused|no such host|i\/o timeout|no route to host|network is unreachable|connection reset by peer|broken pipe|handshake timeout|dial tcp|proxyconnect|\bEOF\b|context deadline exceeded|Client\.Timeout/,
    explain: (_, text, server) =>
      new UserError(
        "GT-CLUSTER-UNREACHABLE",
        `The API server ${server} cannot be reached: ${firstLine(text)}.`,
        {
          hint: "Check the network. If the endpoint is private, run this inside its VPC or over its VPN.",
          retry: retryFor(60_000, "waiting for the API server to answer"),
        },
      ),
  },
];
