import type { Backend, Config } from "./config.ts";

/** A host whose backend and path may still be open. */
export interface PartialHost {
  hostname: string;
  backend?: Backend;
  path?: string;
}

/** What a file, or the kept document, says: each value parsed, any of them absent. */
export type PartialConfig = Partial<
  Omit<Config, "hosts" | "namespaces" | "loadBalancer" | "acme">
> & {
  namespaces?: Partial<Config["namespaces"]>;
  loadBalancer?: Partial<Config["loadBalancer"]>;
  acme?: Partial<Config["acme"]>;
  hosts?: PartialHost[];
};
