import { isTrue, parseCustomResourceDefinition } from "../facts/objects.ts";
import { isOurs } from "../facts/ownership.ts";
import { MANAGED_BY } from "../plan/manifest.ts";
import { kinds } from "../kinds.ts";
import { parseCrdBundle } from "../plan/crd-bundle.ts";
import type { PlanItem } from "../plan/plan.ts";
import { compareVersions } from "../plan/version.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { refOf } from "./objects.ts";
import type { Step, StepContext } from "./step.ts";
import { waitForObjects } from "./wait.ts";

/** Written by upstream on every CRD of a bundle (gateway-api, pkg/consts/consts.go). */
const BUNDLE_VERSION = "gateway.networking.k8s.io/bundle-version";
const GATEWAYS = "gateways.gateway.networking.k8s.io";

/**
 * The Gateway API's CRDs, standard channel, at the version that the gateway controller supports.
 * Foreign ones of the same minor are used as they are, as are ours that somebody brought to a later
 * patch (the preflight refuses others); a version is never changed here.
 */
export const gatewayApiCrds: Step = {
  id: "gateway-api-crds",
  title: "Gateway API CRDs",
  after: [],
  inspect,
  async apply(context) {
    const { source, sha256 } = context.plan.crds;
    context.report(`reading ${source}`);
    const text = await context.world.downloads.read(source, sha256);
    const bundle = parseCrdBundle(text, source).map(withOurLabel);
    const open = await leaveOutNewer(context, bundle);
    context.report(`applying ${open.length} objects`);
    await context.world.kubernetes.apply(open);
    await waitUntilEstablished(context, bundle);
  },
  async settle({ plan, world }) {
    const ref = { kind: kinds.CustomResourceDefinition, name: GATEWAYS };
    return versionOf(await world.kubernetes.get(ref)) ?? plan.crds.version;
  },
};

async function inspect({ plan, world }: StepContext): Promise<PlanItem[]> {
  const { version, source, sha256 } = plan.crds;
  const found = await Promise.all(
    plan.versions.gatewayApi.crds.map(async (name) => ({
      name,
      crd: await world.kubernetes.get({ kind: kinds.CustomResourceDefinition, name }),
    })),
  );
  const live = found.flatMap(({ crd }) => crd ?? []);
  const item = { step: "gateway-api-crds", kind: "CRDs", name: `Gateway API ${version}` } as const;
  const document = { source, sha256: sha256 ?? null };
  if (live.length === 0) return [{ ...item, intent: "create", document }];
  const ours = live.every(({ metadata }) => isOurs(metadata.labels));
  const missing = found.flatMap(({ name, crd }) => (crd === undefined ? [name] : []));
  // Ours are incomplete only after an apply that was interrupted.
  if (ours && missing.length > 0) return [{ ...item, intent: "update", fields: missing, document }];
  if (!ours) return [{ ...item, intent: "keep", owner: ownerOf(live) }];
  const newer = live.map(versionOf).find((one) => one !== undefined && isNewer(one, version));
  const reason = newer === undefined ? {} : { reason: `${newer} is there: left as it is` };
  return [{ ...item, intent: "keep", ...reason }];
}

/**
 * Of what somebody brought up, an apply that makes only the rest whole takes nothing back: also not
 * the policies, which came with it.
 */
async function leaveOutNewer(
  { world }: StepContext,
  bundle: readonly KubernetesObject[],
): Promise<readonly KubernetesObject[]> {
  const crds = bundle.filter(({ kind }) => kind === kinds.CustomResourceDefinition.kind);
  const live = await Promise.all(crds.map((crd) => world.kubernetes.get(refOf(crd))));
  const open = crds.filter((crd, index) => {
    const [wanted, there] = [versionOf(crd), versionOf(live[index])];
    return wanted === undefined || there === undefined || !isNewer(there, wanted);
  });
  return open.length === crds.length ? bundle : open;
}

const isNewer = (there: string, wanted: string): boolean => compareVersions(there, wanted) > 0;

/** As upstream marks it, without `v`. */
function versionOf(object: KubernetesObject | undefined): string | undefined {
  return object?.metadata.annotations?.[BUNDLE_VERSION]?.replace(/^v/, "");
}

function ownerOf(live: readonly KubernetesObject[]): string {
  const versions = new Set(
    live.map(({ metadata }) => metadata.annotations?.[BUNDLE_VERSION] ?? "?"),
  );
  return `others, at ${[...versions].join(" and ")}`;
}

function withOurLabel(object: KubernetesObject): KubernetesObject {
  const labels = { ...object.metadata.labels, [MANAGED_BY]: "gateway-tls" };
  return { ...object, metadata: { ...object.metadata, labels } };
}

async function waitUntilEstablished(
  context: StepContext,
  bundle: readonly KubernetesObject[],
): Promise<void> {
  const expected = bundle.flatMap(({ kind, metadata }) =>
    kind === kinds.CustomResourceDefinition.kind ? [metadata.name] : [],
  );
  await waitForObjects(
    context,
    { what: "Establishing the Gateway API CRDs" },
    {
      crds: {
        kind: kinds.CustomResourceDefinition,
        options: { labelSelector: `${MANAGED_BY}=gateway-tls` },
      },
    },
    ({ crds }) => {
      const established = new Set(crds.filter(isEstablished).map(({ metadata }) => metadata.name));
      const open = expected.filter((name) => !established.has(name));
      return open.length === 0
        ? { done: true }
        : { waiting: `not established yet: ${open.join(", ")}` };
    },
  );
}

function isEstablished(crd: KubernetesObject): boolean {
  return isTrue(parseCustomResourceDefinition(crd).status.conditions, "Established", undefined);
}
