import { chartNames } from "../../config/names.ts";
import { UserError } from "../../errors.ts";
import { followOwners } from "../../facts/owner-chain.ts";
import { isOurs } from "../../facts/ownership.ts";
import { type ResourceKind, kinds } from "../../kinds.ts";
import { MANAGER, PART_OF } from "../../plan/manifest.ts";
import type { PlanItem } from "../../plan/plan.ts";
import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { readServedKind } from "../../facts/served-kind.ts";
import { findLeftByKilled } from "../chart-crds.ts";
import { isOfGateway } from "../gateway.ts";
import { refOf } from "../objects.ts";
import type { Step, StepContext } from "../step.ts";
import { findOwn, nameOf, OURS, waitUntilGone } from "./removal.ts";

const id = "gateway-api-crds";
/** From a solver's HTTPRoute up to our Gateway; with a cert-manager of others, its CRDs are not ours. */
const ISSUANCE = [kinds.Certificate, kinds.CertificateRequest, kinds.Order, kinds.Challenge];
const CERT_MANAGER_GROUP = /(^|\.)cert-manager\.io$/;

/**
 * CRDs stay: with one go all objects of its kind, whoever made them. `--delete-crds` takes those
 * that came with us (our mark, or cert-manager's release as long as we are installed), also when
 * all else is gone, and is refused while others use them.
 */
export const crdRemoval: Step = {
  id,
  title: "CRDs",
  after: ["external-dns", "gateway-controller", "cert-manager", "issuers"],
  async inspect(context) {
    const found = await findCrds(context);
    if (found.length === 0) return [];
    if (context.options.deleteCrds !== true) {
      const name = [...new Set(found.map(({ object }) => groupOf(object)))].join(", ");
      return [
        {
          step: id,
          kind: "CRDs",
          name,
          intent: "keep",
          reason: "kept: --delete-crds removes them, unless others use them",
        },
      ];
    }
    await refuseUsed(context, found);
    return found.map(({ object }): PlanItem => ({
      step: id,
      kind: object.kind,
      name: nameOf(object),
      intent: "delete",
    }));
  },
  async apply(context) {
    const found = await findCrds(context);
    await refuseUsed(context, found);
    await context.world.kubernetes.delete(found.map(({ object }) => refOf(object)));
  },
  async settle(context) {
    if (context.options.deleteCrds !== true) return "kept";
    const names = new Set((await findCrds(context)).map(({ object }) => object.metadata.name));
    await waitUntilGone(
      context,
      { what: "Removing the CRDs", kind: kinds.CustomResourceDefinition },
      ({ metadata }) => names.has(metadata.name),
    );
    return undefined;
  },
};

interface FoundCrd {
  object: KubernetesObject;
  /** `undefined` for the policies that come with the bundle. */
  kind: ResourceKind | undefined;
}

async function findCrds({ plan, world }: StepContext): Promise<FoundCrd[]> {
  const release = plan.releases["cert-manager"];
  const { name, namespace = "" } = plan.keptConfig.metadata;
  const [kept, releases, crds, policies, bindings] = await Promise.all([
    findOwn({ world }, { kind: kinds.ConfigMap, name, namespace }),
    world.charts.list(),
    world.kubernetes.list(kinds.CustomResourceDefinition),
    world.kubernetes.list(kinds.ValidatingAdmissionPolicy, { labelSelector: OURS }),
    world.kubernetes.list(kinds.ValidatingAdmissionPolicyBinding, { labelSelector: OURS }),
  ]);
  const live = releases.find(
    (one) => one.name === release.name && one.namespace === release.namespace,
  );
  const isOfRelease = live === undefined ? kept !== undefined : isOurs(live.labels);
  const left = await Promise.all(
    chartNames.map((chart) => findLeftByKilled({ plan, world }, chart, crds)),
  );
  const ours = crds.filter((crd) => {
    const { annotations = {}, labels } = crd.metadata;
    if (isOurs(labels) || labels?.[PART_OF] === MANAGER || left.flat().includes(crd)) return true;
    return (
      isOfRelease &&
      CERT_MANAGER_GROUP.test(groupOf(crd)) &&
      annotations["meta.helm.sh/release-name"] === release.name &&
      annotations["meta.helm.sh/release-namespace"] === release.namespace
    );
  });
  return [
    ...bindings.map((object) => ({ object, kind: undefined })),
    ...policies.map((object) => ({ object, kind: undefined })),
    ...ours.map((object) => ({ object, kind: readServedKind(object) })),
  ];
}

async function refuseUsed(context: StepContext, crds: readonly FoundCrd[]): Promise<void> {
  const own = crds.flatMap(({ kind }) => kind ?? []);
  const owners = ISSUANCE.filter((kind) => !own.some((one) => one.kind === kind.kind));
  const listAll = async (of: readonly ResourceKind[]) =>
    (await Promise.all(of.map((kind) => context.world.kubernetes.list(kind)))).flat();
  const [objects, ofOthers] = await Promise.all([listAll(own), listAll(owners)]);
  const listed = { kinds: [...own, ...owners], objects: [...objects, ...ofOthers] };
  const mayGo = followOwners(listed, (object) => isExpected(context, object));
  const users = objects.filter((object) => !mayGo(object));
  if (users.length === 0) return;
  const names = users.slice(0, 5).map((object) => `${object.kind} ${nameOf(object)}`);
  const more = users.length > 5 ? ` and ${users.length - 5} more` : "";
  throw new UserError(
    "GT-CRDS-IN-USE",
    `Removing the CRDs would remove what others made of them: ${names.join(", ")}${more}.`,
    { hint: "Run the command without --delete-crds: everything else goes." },
  );
}

/** Ours, made for our Gateway, or of a chart of ours. */
function isExpected(context: StepContext, object: KubernetesObject): boolean {
  const { labels, annotations = {} } = object.metadata;
  if (isOurs(labels) || isOfGateway(context, object)) return true;
  return Object.values(context.plan.releases).some(
    ({ name, namespace }) =>
      annotations["meta.helm.sh/release-name"] === name &&
      annotations["meta.helm.sh/release-namespace"] === namespace,
  );
}

function groupOf({ metadata: { name } }: KubernetesObject): string {
  return name.split(".").slice(1).join(".");
}
