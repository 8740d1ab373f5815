import { at, list, text } from "../src/sandbox/fields.ts";
import { Mirror } from "../test/lab/kubernetes/mirror.ts";
import type { Lab } from "../test/lab/lab.ts";
import { readAudit } from "../test/lab/suite/writes.ts";

const STATUS = /\/cert-manager\.io\/v1\/namespaces\/[^/]+\/certificates\/[^/]+\/status/;

const CHALLENGE = /^\/\.well-known\/acme-challenge\//;

/** Sees when the one Certificate of a measurement is Ready, and since when nothing else was waited for. */
export class CertificateWatch {
  readonly #lab: Lab;
  readonly #mirror: Mirror;
  readonly #startedAt = Date.now();
  #readyAt: number | undefined;

  constructor(lab: Lab) {
    this.#lab = lab;
    const { client } = lab.controlPlane;
    this.#mirror = new Mirror(client, "/apis/cert-manager.io/v1/certificates", () => this.#look());
  }

  /** When cert-manager began to write it, in milliseconds of the epoch. */
  get readyAt(): number | undefined {
    const seenAt = this.#readyAt;
    if (seenAt === undefined) return undefined;
    const writes = readAudit(this.#lab)
      .filter(({ requestURI }) => STATUS.test(requestURI))
      .map(({ requestReceivedTimestamp }) => Date.parse(requestReceivedTimestamp))
      .filter((ms) => ms <= seenAt);
    return writes.at(-1) ?? seenAt;
  }

  /**
   * From the first challenge that the Gateway answered to Ready: cert-manager checks five times,
   * two seconds apart, then the CA validates and issues. 0 when nothing was issued.
   */
  get issuanceMs(): number {
    const { readyAt } = this;
    const answered = this.#lab.front.requests.find(
      ({ url, status, at: ms }) => ms >= this.#startedAt && status === 200 && CHALLENGE.test(url),
    );
    return readyAt === undefined || answered === undefined ? 0 : readyAt - answered.at;
  }

  stop(): void {
    this.#mirror.stop();
  }

  #look(): void {
    const [certificate] = this.#mirror.all();
    if (certificate === undefined) return;
    const ready = list(at(certificate, "status", "conditions")).some(
      (condition) =>
        text(at(condition, "type")) === "Ready" && text(at(condition, "status")) === "True",
    );
    if (ready) this.#readyAt ??= Date.now();
  }
}
