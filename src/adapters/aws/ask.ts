import { UserError } from "../../errors.ts";
import { classify, codeOf } from "./classify.ts";
import type { ClassifyContext, Operation } from "./failure.ts";

/** One SDK client and its commands. */
export interface Loaded<Client, Sdk> {
  client: Client;
  sdk: Sdk;
}

/** Sends one request; what fails comes out as a classified UserError whose cause is the SDK's. */
export type Ask<Service> = <T>(
  operation: Operation,
  request: (service: Service) => Promise<T>,
) => Promise<T>;

/** `load` is asked before each request; what it throws is classified as well. */
export function createAsk<Service>(
  load: () => Promise<Service>,
  context: ClassifyContext,
): Ask<Service> {
  return async (operation, request) => {
    try {
      return await request(await load());
    } catch (error) {
      throw classify(error, operation, context);
    }
  };
}

/** Whether AWS answered with one of these codes, given without the `Exception` of the SDK's names. */
export function failedWith(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof UserError && codes.includes(codeOf(error.cause));
}

/** AWS's words for "there is no such thing". */
export const ABSENT = ["NoSuchEntity", "ResourceNotFound", "NoSuchHostedZone"] as const;

/** The answer, or `undefined` where there is no such thing; `codes` say how AWS puts that. */
export async function findOrAbsent<T>(
  answer: Promise<T>,
  codes: readonly string[] = ABSENT,
): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (failedWith(error, ...codes)) return undefined;
    throw error;
  }
}

/** A field that AWS's own model calls optional although every reply has it; else `GT-AWS-REPLY`. */
export function expectField<T>(value: T | undefined, name: string): T {
  if (value !== undefined) return value;
  throw new UserError("GT-AWS-REPLY", `The reply of the AWS endpoint has no ${name}.`, {
    hint: "Check AWS_ENDPOINT_URL and any proxy: what answers is not AWS.",
  });
}
