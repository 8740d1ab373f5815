import { UserError } from "../../../src/errors.ts";
import type { DnsAnswer, DnsRecord, RecordType, Resolver } from "../../../src/ports/network.ts";

type Reply = Partial<DnsAnswer> & { silent?: boolean };

/**
 * Answers from a table: `name TYPE` for the recursive resolver, `name TYPE @address` for a chosen
 * server. What is not in it is NXDOMAIN; `silent` servers never answer.
 */
export class FakeDns implements Resolver {
  readonly table: Record<string, Reply>;
  readonly asked: string[] = [];

  constructor(table: Record<string, Reply>) {
    this.table = table;
  }

  async query(name: string, type: RecordType, server?: string): Promise<DnsAnswer> {
    const key = server === undefined ? `${name} ${type}` : `${name} ${type} @${server}`;
    this.asked.push(key);
    const reply = this.table[key] ?? this.table[server === undefined ? "*" : `* @${server}`];
    if (reply?.silent === true) throw new UserError("GT-DNS-UNREACHABLE", `${key}: no answer.`);
    const found = reply ?? { status: "NXDOMAIN" };
    return { status: "NOERROR", authoritative: false, answers: [], authorities: [], ...found };
  }
}

export function records(name: string, type: string, ...values: string[]): DnsRecord[] {
  return values.map((value) => ({ name, type, ttlSeconds: 300, value }));
}
