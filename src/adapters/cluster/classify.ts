import { UserError } from "../../errors.ts";
import { connectionFailures } from "./connection-failures.ts";
import { explainWith, firstLine } from "./failure-texts.ts";
import { requestFailures } from "./request-failures.ts";

/** kubectl's, helm's or the API server's words as a UserError; `undefined` when nobody knows them. */
export function findClusterFailure(text: string, server: string): UserError | undefined {
  return (
    explainWith(requestFailures, text, server) ?? explainWith(connectionFailures, text, server)
  );
}

/** As `findClusterFailure`, with the cluster's own words where they are unknown. `what`: "Listing secrets". */
export function classifyClusterText(text: string, server: string, what: string): UserError {
  return (
    findClusterFailure(text, server) ??
    new UserError("GT-KUBERNETES-FAILED", `${what} failed: ${firstLine(text)}.`, {
      hint: "Look at the cluster with kubectl, then run the same command again: it resumes.",
    })
  );
}

/** By status where the words alone are not enough (a 401 says `Unauthorized`, a 429 anything). */
export function classifyAnswer(
  answer: { status: number; message: string },
  server: string,
  what: string,
): UserError {
  const { status, message } = answer;
  if (status === 401) return classifyClusterText("Unauthorized", server, what);
  if (status === 429 || status === 503 || status === 504) {
    return (
      explainWith(requestFailures, message, server) ??
      classifyClusterText(`TooManyRequests: ${message}`, server, what)
    );
  }
  return classifyClusterText(message, server, what);
}
