import { formatHeading, joinBlocks } from "./layout.ts";
import { formatLine, formatText, markOf, type Screen } from "./screen.ts";
import { formatAge, LINKS, type StatusDocument } from "./status.ts";

/** As the object's status has it; `since` is its `lastTransitionTime`, ISO 8601. */
export interface ShownCondition {
  type: string;
  status: string;
  reason: string;
  message: string;
  since: string | null;
}

/** `object` and `listener` are names; `note` is what is worth knowing beside the conditions. */
export interface ShownObject {
  object: string;
  createdAt: string | null;
  note: string | null;
  conditions: readonly ShownCondition[];
  listeners: readonly { listener: string; conditions: readonly ShownCondition[] }[];
}

/** A Kubernetes Event of type Warning; `lastSeen` is ISO 8601. */
export interface ShownWarning {
  object: string;
  reason: string;
  message: string;
  count: number;
  lastSeen: string | null;
}

interface VerboseScreen extends Screen {
  now: Date;
}

/** Every link of every host, every object with its conditions, and the recent warnings. */
export function renderVerbose(
  { hosts }: StatusDocument,
  review: { objects: readonly ShownObject[]; warnings: readonly ShownWarning[] },
  screen: VerboseScreen,
): string {
  return joinBlocks([
    ...hosts.map(({ hostname, chain }) => [
      formatHeading(screen, hostname),
      ...chain.flatMap(({ link, state, reason }) => {
        const { mark, style } = LINKS[state];
        return formatText(screen, reason === null ? link : `${link}: ${reason}`, {
          lead: ["  ", [markOf(screen, mark), style], " "],
          indent: 4,
          style: state === "not-checked" ? "dim" : "plain",
        });
      }),
    ]),
    [
      formatHeading(screen, "Objects"),
      ...review.objects.flatMap((one) => formatObject(one, screen)),
    ],
    review.warnings.length === 0
      ? []
      : [
          formatHeading(screen, "Warnings of the last hour"),
          ...review.warnings.flatMap((one) => formatWarning(one, screen)),
        ],
  ]);
}

function formatObject(shown: ShownObject, screen: VerboseScreen): string[] {
  const { object, createdAt, note, conditions, listeners } = shown;
  const age = createdAt === null ? "" : `  ${formatAge(createdAt, screen.now)}`;
  return [
    formatLine(screen, ["  ", object, [age, "dim"]]),
    ...(note === null ? [] : formatText(screen, note, { indent: 6 })),
    ...conditions.flatMap((one) => formatCondition(one, screen, 6)),
    ...listeners.flatMap((one) => [
      ...formatText(screen, `listener ${one.listener}`, { indent: 6 }),
      ...one.conditions.flatMap((condition) => formatCondition(condition, screen, 8)),
    ]),
  ];
}

function formatCondition(
  { type, status, reason, message, since }: ShownCondition,
  screen: VerboseScreen,
  indent: number,
): string[] {
  const when = since === null ? "" : ` (${formatAge(since, screen.now)})`;
  const words = [reason, message].filter((text) => text !== "").join(": ");
  return formatText(screen, `${type}=${status}${when} ${words}`, { indent, style: "dim" });
}

function formatWarning(
  { object, reason, message, count, lastSeen }: ShownWarning,
  screen: VerboseScreen,
) {
  const when = lastSeen === null ? "" : `, ${formatAge(lastSeen, screen.now)}`;
  const times = count > 1 ? `, ${count} times` : "";
  return formatText(screen, `${object}: ${reason}: ${message}${times}${when}`, {
    lead: ["  ", [markOf(screen, "warning"), "yellow"], " "],
    indent: 4,
  });
}
