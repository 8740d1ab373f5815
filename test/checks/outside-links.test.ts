import { describe, expect, test } from "vitest";
import { buildStatus } from "../../src/checks/status.ts";
import { readStatusFacts } from "../../src/facts/status-facts.ts";
import { readState, type State } from "./state-file.ts";
import { buildStateWorld } from "./state-world.ts";

async function firstFinding(name: string, change: (state: State) => void = () => undefined) {
  const state = readState(name);
  change(state);
  const { world, survey } = buildStateWorld(state);
  const read = await readStatusFacts(world, survey);
  return buildStatus(read.survey, read.facts).findings[0];
}

describe("why it matters is said of what was found", () => {
  test.each([
    ["zone-undelegated", /^Where the parent zone names other servers/],
    ["zone-dnssec", /^The CA validates signatures too/],
    ["zone-twin", /^Records that are written into the other one/],
    ["zone-partly-delegated", /^With fewer servers to ask/],
    ["record-of-another", /^Browsers and the CA find the host by it/],
    ["record-stray-ipv6", /Let's Encrypt prefers IPv6\.$/],
    ["record-not-everywhere", /^Whoever asks one of those servers/],
  ])("%s", async (name, why) => {
    expect((await firstFinding(name))?.why).toMatch(why);
  });
});

describe("an event is told since it happened first", () => {
  const STARTED = "2026-11-23T13:20:00Z";

  test.each(["balancer-events", "balancer-gone"])("%s", async (name) => {
    expect((await firstFinding(name))?.since).toBe(STARTED);
  });

  test("also one of a controller that counts a series", async () => {
    const found = await firstFinding("balancer-events", ({ objects }) => {
      for (const object of objects) {
        if (object.kind !== "Event") continue;
        Object.assign(object, { firstTimestamp: null, lastTimestamp: null, eventTime: STARTED });
      }
    });
    expect(found?.since).toBe(STARTED);
  });
});

describe("what a record is told to be", () => {
  test("nobody's, where its TXT records were read: it can be deleted", async () => {
    const found = await firstFinding("record-by-hand");
    expect(found?.action).toMatch(/^Delete the record/);
  });

  test("not somebody else's, where they could not be read", async () => {
    const found = await firstFinding("record-owner-unread");
    expect(`${found?.reason} ${found?.action}`).not.toMatch(/no TXT record|belongs to|Delete/);
  });

  test("the owner of the A record is not the AAAA record's", async () => {
    const ours = "heritage=external-dns,external-dns/owner=gateway-tls.123456789012.eu-west-1.demo";
    const found = await firstFinding("record-stray-ipv6", ({ dns = {} }) => {
      const name = "aaaa-edns.www.example.com";
      const answers = [{ name, type: "TXT", ttlSeconds: 300, value: ours }];
      Object.assign(dns, { [`${name} TXT @198.51.100.1`]: { answers } });
    });
    expect(found).toMatchObject({ code: "GT-RECORD-NOT-WRITTEN", state: "failed" });
  });
});

test("an issuer that is not registered has no account to compare yet", async () => {
  const found = await firstFinding("caa-other-account", ({ objects }) => {
    for (const object of objects) {
      if (object.kind !== "ClusterIssuer") continue;
      object.metadata.creationTimestamp = "2026-11-23T13:59:00Z";
      delete object["status"];
    }
  });
  expect(found).toMatchObject({ link: "Issuer ready", state: "waiting" });
});

test("a private address of the carriers' range is one from 100.64.0.0 to 100.127.255.255", async () => {
  const at = async (value: string) => {
    const found = await firstFinding("balancer-carrier-private", ({ dns = {} }) => {
      for (const { answers = [] } of Object.values(dns)) {
        for (const answer of answers) answer.value = value;
      }
    });
    return found?.code;
  };
  for (const value of ["100.64.0.0", "100.99.1.2", "100.127.255.255"])
    expect(await at(value)).toBe("GT-LOAD-BALANCER-INTERNAL");
  for (const value of ["100.63.255.255", "100.128.0.0", "100.6.0.1"])
    expect(await at(value)).not.toBe("GT-LOAD-BALANCER-INTERNAL");
});
