import { kinds } from "../../../src/kinds.ts";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { State } from "../../checks/state-file.ts";
import { withCertificate } from "../../checks/state-world.ts";
import type { Built } from "../build/build.ts";
import { kubeconfigOf } from "../kubernetes/control-plane.ts";
import { until } from "../suite/until.ts";
import { type BareApiServer, startApiServer } from "./api-server.ts";
import { type Outside, startOutside } from "./outside.ts";
import { LOGS, type Rule, readersOf } from "./readers.ts";
import { runStatus, type StatusOptions, type StatusRun } from "./run-status.ts";
import { shiftTimes } from "./shift.ts";
import { StateLoader } from "./state-loader.ts";

/** What has just begun must not grow old while others are shown. */
const FRESH_MS = 45_000;
export const NOW = "2026-11-23T14:00:00Z";
const RBAC = "/apis/rbac.authorization.k8s.io/v1";

/** One API server on which states are shown, one after the other. */
export class Stage {
  readonly server: BareApiServer;
  readonly #loader: StateLoader;
  readonly #behindMs = new Map<string, number>();

  private constructor(server: BareApiServer) {
    this.server = server;
    this.#loader = new StateLoader(server, server.crds);
  }

  static async open(built: Built): Promise<Stage> {
    return new Stage(await startApiServer(built));
  }

  close(): Promise<void> {
    return this.server.stop();
  }

  /** The state's objects are in the cluster, and what is outside is served until `act` ends. */
  async show<T>(state: State, act: (outside: Outside) => Promise<T>): Promise<T> {
    const byMs = this.#behind(state);
    const outside = await startOutside(state, byMs);
    try {
      await this.change(state, byMs);
      return await act(outside);
    } finally {
      await outside.close();
    }
  }

  /** Only the cluster's part of a state. */
  async change(state: State, byMs = this.#behind(state)): Promise<void> {
    const { objects, secretNames, logs, now = NOW } = state;
    this.server.setLogs(shiftTimes(logs, byMs));
    const complete = objects.map((object) => withCertificate(object, secretNames));
    await this.#loader.load(complete, byMs, `${now} ${byMs}`);
  }

  /**
   * How far the state's own time is behind the clock: the same for some of one moment, for what they
   * share stays loaded, and a certificate is served that has its Certificate's very dates.
   */
  #behind({ now = NOW }: State): number {
    const known = this.#behindMs.get(now);
    const byMs = Math.floor((Date.now() - Date.parse(now)) / 1000) * 1000;
    if (known !== undefined && byMs - known < FRESH_MS) return known;
    this.#behindMs.set(now, byMs);
    return byMs;
  }

  /** What `gateway-tls status --output json` says of a state. */
  look(state: State, options: StatusOptions = {}): Promise<StatusRun> {
    const where = state.gateway === undefined ? [] : [`--gateway=${state.gateway}`];
    return this.show(state, async (outside) => {
      const restricted = await this.#admitCaller(state);
      return runStatus(this.server, outside, ["--output=json", ...where], {
        ...restricted,
        ...options,
      });
    });
  }

  /** Where a state says that kinds may not be read: somebody who may read all the others. */
  async #admitCaller({ name, forbidden = [] }: State): Promise<StatusOptions> {
    if (forbidden.length === 0) return {};
    const plurals = Object.values(kinds)
      .filter(({ kind }) => forbidden.includes(kind))
      .map(({ plural }) => plural);
    const logs = forbidden.includes(LOGS) ? [LOGS] : [];
    return { kubeconfig: await this.admit(name, readersOf(...plurals, ...logs)) };
  }

  /** The kubeconfig of a ServiceAccount that may do this and no more. */
  async admit(name: string, rules: readonly Rule[]): Promise<string> {
    const { client, url, ca, folder } = this.server;
    const accounts = "/api/v1/namespaces/default/serviceaccounts";
    const metadata = { name };
    await client.create(accounts, { apiVersion: "v1", kind: "ServiceAccount", metadata });
    const rbac = { apiVersion: "rbac.authorization.k8s.io/v1", metadata };
    await client.create(`${RBAC}/clusterroles`, { ...rbac, kind: "ClusterRole", rules });
    await client.create(`${RBAC}/clusterrolebindings`, {
      ...rbac,
      kind: "ClusterRoleBinding",
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
      subjects: [{ kind: "ServiceAccount", name, namespace: "default" }],
    });
    const { body } = await client.send<{ status: { token: string } }>(
      "POST",
      `${accounts}/${name}/token`,
      { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} },
    );
    await this.#untilBound(name, rules[0]);
    const file = join(folder, `${name}.kubeconfig`);
    writeFileSync(file, kubeconfigOf(url, ca, body.status.token), { mode: 0o600 });
    return file;
  }

  /** The API server hears of a binding a moment after it was written. */
  async #untilBound(name: string, rule: Rule | undefined): Promise<void> {
    if (rule === undefined) return;
    const [group = ""] = rule.apiGroups;
    const [resource = ""] = rule.resources;
    const [verb = ""] = rule.verbs;
    const user = `system:serviceaccount:default:${name}`;
    const review = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: { user, resourceAttributes: { group, resource, verb } },
    };
    await until(`${name} is bound`, async () => {
      const { body } = await this.server.client.send<{ status: { allowed: boolean } }>(
        "POST",
        "/apis/authorization.k8s.io/v1/subjectaccessreviews",
        review,
      );
      return body.status.allowed ? true : undefined;
    });
  }
}
