import { X509Certificate } from "node:crypto";
import { kinds } from "../kinds.ts";
import type { Kubernetes, KubernetesObject, ListOptions } from "../ports/kubernetes.ts";
import { readFact, type Fact } from "./fact.ts";
import { type Meta, parseSecret } from "./objects.ts";

/** A TLS Secret without its key: what its certificate says. */
export interface TlsSecret {
  metadata: Pick<
    Meta,
    "name" | "namespace" | "annotations" | "deletionTimestamp" | "finalizers" | "changedAt"
  >;
  /** Both `tls.crt` and `tls.key` hold something. */
  complete: boolean;
  /** `undefined` when `tls.crt` cannot be read as a certificate. */
  certificate: { names: string[]; notBefore: string; notAfter: string } | undefined;
}

/** The TLS Secrets of a namespace, or of all; keys are dropped where they are read. */
export async function readTlsSecrets(
  kubernetes: Kubernetes,
  at: ListOptions,
): Promise<Fact<TlsSecret[]>> {
  const options = { ...at, fieldSelector: "type=kubernetes.io/tls" };
  return readFact(async () => (await kubernetes.list(kinds.Secret, options)).map(parseTlsSecret));
}

function parseTlsSecret(object: KubernetesObject): TlsSecret {
  const { metadata, data } = parseSecret(object);
  const { name, namespace, annotations, deletionTimestamp, finalizers, changedAt } = metadata;
  const crt = data["tls.crt"] ?? "";
  return {
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ...(changedAt === undefined ? {} : { changedAt }),
    },
    complete: crt !== "" && (data["tls.key"] ?? "") !== "",
    certificate: parseCertificatePem(Buffer.from(crt, "base64").toString()),
  };
}

const toSeconds = (date: string): string => `${new Date(date).toISOString().slice(0, 19)}Z`;

function parseCertificatePem(pem: string): TlsSecret["certificate"] {
  try {
    const { subjectAltName = "", validFrom, validTo } = new X509Certificate(pem);
    const names = subjectAltName
      .split(", ")
      .filter((entry) => entry.startsWith("DNS:"))
      .map((entry) => entry.slice("DNS:".length).toLowerCase());
    return { names, notBefore: toSeconds(validFrom), notAfter: toSeconds(validTo) };
  } catch {
    // Whatever is not a certificate: the check says so.
    return undefined;
  }
}
