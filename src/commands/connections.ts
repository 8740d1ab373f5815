import type { RunOptions } from "../config/config.ts";
import { readKeptDocument } from "../config/kept-document.ts";
import type { PartialConfig } from "../config/partial-config.ts";
import { UserError } from "../errors.ts";
import { readFact } from "../facts/fact.ts";
import { readKeptConfig } from "../facts/kept-config.ts";
import { rebuildConfig } from "../facts/rebuilt-config.ts";
import type { ClusterConnection, World } from "../ports/world.ts";
import { connectToCluster } from "../runner/connect.ts";
import { REBUILT } from "./choose-cluster.ts";

/** Who connects, and how. */
export interface ConnectionsInput {
  command: string;
  world: World;
  options: Pick<RunOptions, "kubeconfig" | "context">;
}

/** One connection per cluster, however often it is asked for, and what the cluster keeps. */
export class Connections {
  readonly #input: ConnectionsInput;
  readonly #found = new Map<string, Promise<ClusterConnection | UserError>>();
  /** As it was read last. */
  keptText: string | undefined;
  notes: readonly string[] = [];
  /** Why it could not be read last. */
  unread: UserError | undefined;

  constructor(input: ConnectionsInput) {
    this.#input = input;
  }

  /** Why there is no connection is a value: the preflight tells it. */
  find(cluster: string, region: string): Promise<ClusterConnection | UserError> {
    const { world, options } = this.#input;
    const known = this.#found.get(cluster) ?? connectToCluster(world, { cluster, region }, options);
    this.#found.set(cluster, known);
    return known;
  }

  /** What is kept, else what the cluster's objects tell of an installation, which is noted. */
  async readOrRebuild(cluster: string, region = ""): Promise<PartialConfig | undefined> {
    const connection = await this.find(cluster, region);
    if (connection instanceof UserError) return undefined;
    return (await this.#readKept(connection)) ?? this.#rebuild(connection);
  }

  /** Nothing when it cannot be read, which the preflight tells. */
  async #readKept({ kubernetes }: ClusterConnection): Promise<PartialConfig | undefined> {
    const kept = await readKeptConfig(kubernetes);
    this.unread = kept.known ? undefined : kept.error;
    if (kept.known) this.keptText = kept.value?.text;
    if (!kept.known || kept.value === undefined || kept.value.text === "") return undefined;
    return readKeptDocument(kept.value.text);
  }

  async #rebuild(connection: ClusterConnection): Promise<PartialConfig | undefined> {
    const rebuilt = await readFact(() => rebuildConfig(connection));
    const found = rebuilt.known ? rebuilt.value : undefined;
    // What init cannot read its preflight tells; the others have nothing to go on with.
    if (!rebuilt.known && this.#input.command !== "init") this.unread ??= rebuilt.error;
    // An init that was ended before it kept anything has made no Gateway either.
    const isBegun = this.#input.command === "init" && found?.hosts === undefined;
    if (found === undefined || isBegun) return undefined;
    this.notes = [REBUILT];
    return found;
  }

  async close(): Promise<void> {
    const connections = await Promise.all(this.#found.values());
    const open = connections.flatMap((found) => (found instanceof UserError ? [] : [found]));
    await Promise.all(open.map((connection) => connection.close()));
  }
}
