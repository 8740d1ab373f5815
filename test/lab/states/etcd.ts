import * as v from "valibot";
import type { ObjectMeta } from "../../../src/ports/kubernetes.ts";

const Found = v.object({ kvs: v.optional(v.array(v.object({ value: v.string() })), []) });
const Stored = v.looseObject({ metadata: v.looseObject({}) });

/** What the API server sets itself and lets nobody say: it is put right where it keeps its objects. */
export interface OwnMeta {
  uid: string | undefined;
  generation: number | undefined;
  creationTimestamp: string | undefined;
  deletionTimestamp: string | undefined;
  managedFields: ObjectMeta["managedFields"];
}

/** Objects as etcd has them, over its JSON gateway. Only for an API server that stores JSON. */
export class Etcd {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** The API server hears of it by its own watch. Throws where there is no such key. */
  async amend(key: string, own: OwnMeta): Promise<void> {
    const [found] = v.parse(Found, await this.#call("range", { key: encode(key) })).kvs;
    if (found === undefined) throw new Error(`etcd has no ${key}`);
    const object = v.parse(Stored, JSON.parse(Buffer.from(found.value, "base64").toString()));
    const said = Object.entries(own).filter(([, value]) => value !== undefined);
    const metadata = { ...object.metadata, ...Object.fromEntries(said) };
    const value = encode(JSON.stringify({ ...object, metadata }));
    await this.#call("put", { key: encode(key), value });
  }

  async #call(what: "range" | "put", body: Record<string, string>): Promise<unknown> {
    const answer = await fetch(`${this.#url}/v3/kv/${what}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`etcd: ${what}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}

const encode = (text: string): string => Buffer.from(text).toString("base64");
