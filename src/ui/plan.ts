import type { Intent, PlanItem } from "../plan/plan.ts";
import type { StepId } from "../plan/step-id.ts";
import { formatHeading, joinBlocks } from "./layout.ts";
import { formatItem } from "./plan-item.ts";
import { formatText, type Screen, type Style } from "./screen.ts";
import { toOneLine, widthOf } from "./text.ts";

const AREAS = ["Gateway API", "DNS", "Gateway", "Certificates", "Configuration"] as const;
type Area = (typeof AREAS)[number];

const AREA_OF: Record<StepId, Area> = {
  "gateway-api-crds": "Gateway API",
  "external-dns-identity": "DNS",
  "external-dns": "DNS",
  "dns-record": "DNS",
  "gateway-controller": "Gateway",
  gateway: "Gateway",
  "load-balancer": "Gateway",
  routes: "Gateway",
  "https-listener": "Gateway",
  redirect: "Gateway",
  "failed-hosts": "Gateway",
  "cert-manager": "Certificates",
  issuers: "Certificates",
  rehearsal: "Certificates",
  certificate: "Certificates",
  handshake: "Certificates",
  promotion: "Certificates",
  namespaces: "Configuration",
  "kept-config": "Configuration",
};

/** What came with a chart is its part's, though one step takes all CRDs away. */
const AREA_OF_CRD: readonly (readonly [group: RegExp, Area])[] = [
  [/\.cert-manager\.io$/, "Certificates"],
  [/\.gateway\.nginx\.org$/, "Gateway"],
];

function areaOf({ step, kind, name }: PlanItem): Area {
  const own = kind === "CustomResourceDefinition" ? AREA_OF_CRD : [];
  return own.find(([group]) => group.test(name))?.[1] ?? AREA_OF[step];
}

const SIGNS: Record<Intent, { mark: string; style: Style; verb: string }> = {
  create: { mark: "+", style: "green", verb: "to create" },
  update: { mark: "~", style: "yellow", verb: "to update" },
  delete: { mark: "-", style: "red", verb: "to remove" },
  keep: { mark: "=", style: "dim", verb: "unchanged" },
  foreign: { mark: "!", style: "red", verb: "in the way" },
};

/** What would change, grouped by area, for `--dry-run`; the last line counts. */
export function renderPlan(items: readonly PlanItem[], screen: Screen): string {
  return joinBlocks([
    ...formatAreas(items, screen),
    formatText(screen, capitalize(countIntents(items)), { indent: 0, style: "bold" }),
  ]);
}

/** `3 to create, 1 to update, 12 unchanged`; `nothing` when there are no items. */
export function countIntents(items: readonly PlanItem[]): string {
  const shown = withoutRepeats(items);
  const counts = Object.entries(SIGNS).flatMap(([intent, { verb }]) => {
    const count = shown.filter((item) => item.intent === intent).length;
    return count === 0 ? [] : [`${count} ${verb}`];
  });
  return counts.length === 0 ? "nothing to change" : counts.join(", ");
}

/** One block of lines an area, its counts beside its name. */
export function formatAreas(all: readonly PlanItem[], screen: Screen): string[][] {
  const items = withoutRepeats(all);
  const kindWidth = chooseKindWidth(items, screen);
  return AREAS.flatMap((area) => {
    const inArea = items.filter((item) => areaOf(item) === area);
    if (inArea.length === 0) return [];
    const lines = inArea.flatMap((item) => formatPlanItem(item, kindWidth, screen));
    return [[formatHeading(screen, area, countIntents(inArea)), ...lines]];
  });
}

const keyOf = (item: PlanItem): string =>
  JSON.stringify([item.kind, item.name, item.intent, noteOf(item)]);

/** Two steps may each bring the same thing to the same state: whichever comes first does it. */
function withoutRepeats(items: readonly PlanItem[]): PlanItem[] {
  return [...new Map(items.toReversed().map((item) => [keyOf(item), item])).values()].toReversed();
}

/** A third of the line, or all that the longest needs where the names fit beside it. */
function chooseKindWidth(items: readonly PlanItem[], { columns }: Screen): number {
  const full = Math.max(0, ...items.map(({ kind }) => widthOf(toOneLine(kind))));
  const besides = Math.max(0, ...items.map(({ name }) => widthOf(toOneLine(name)))) + 6;
  return full + besides <= columns ? full : Math.min(full, Math.floor(columns / 3));
}

function formatPlanItem(item: PlanItem, kindWidth: number, screen: Screen): string[] {
  const { mark, style } = SIGNS[item.intent];
  return formatItem(screen, {
    mark,
    style,
    kind: toOneLine(item.kind),
    kindWidth,
    name: toOneLine(item.name),
    note: toOneLine(noteOf(item)),
  });
}

function noteOf({ intent, fields, owner, reason }: PlanItem): string {
  if (reason !== undefined) return `(${reason})`;
  if (intent === "update" && fields !== undefined) return `(${fields.join(", ")})`;
  if (intent === "foreign") return owner === undefined ? "(not ours)" : `(belongs to ${owner})`;
  return intent === "keep" && owner !== undefined ? `(of ${owner}, used as it is)` : "";
}

const capitalize = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
