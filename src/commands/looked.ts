import type { Status } from "../checks/status.ts";
import type { StatusFacts } from "../facts/status-facts.ts";
import type { Survey } from "../facts/survey.ts";

/** One look at everything, judged. */
export interface Looked {
  survey: Survey;
  facts: StatusFacts;
  status: Status;
}
