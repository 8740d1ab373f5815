import { ListResourceRecordSetsCommand } from "@aws-sdk/client-route-53";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { at } from "../../../src/sandbox/fields.ts";
import { faultEndings, statusEndings } from "../../sandbox/fault-endings.ts";
import type { LabFault } from "../faults/fault.ts";
import { openStage, type Stage } from "../faults/stage.ts";
import { labFaults, overcome, overcomeByPatience, refused, seenByStatus } from "../faults/table.ts";
import { checkBefore, init, type Outcome, status } from "./outcome.ts";
import { kubectl } from "./kubectl.ts";
import { until } from "./until.ts";
import { visit } from "./visit.ts";
import { addressOf } from "./world.ts";
import { markWrites, writesSince } from "./writes.ts";

/** ExternalDNS is given two minutes before it is restarted: this world waits beside the other. */
let patient: Stage;
let patientInit: Promise<Outcome>;
let stage: Stage;
/** What the runs of one installation said on the way. */
let told = "";
const begin = (fault: LabFault) => labFaults[fault](stage);

/** Looks while the fault is there, and takes it back whatever is seen. */
async function during(fault: LabFault, look: () => Promise<void>): Promise<void> {
  const takeBack = await begin(fault);
  try {
    await look();
  } finally {
    await takeBack();
  }
}

/** Of a run that ended otherwise than it should. */
const wordsOf = ({ message, stderr }: Outcome) => `${message}\n${stderr}`;
const seen = ({ exitCode, code }: Outcome) => ({ exitCode, code });
/** As on the sandbox. */
const expected = (fault: LabFault) => {
  const { exitCode, code } = faultEndings[fault];
  return { exitCode, code: code === "done" ? undefined : code };
};

beforeAll(async () => {
  stage = await openStage(addressOf(30));
  patient = await openStage(addressOf(35));
  for (const fault of overcomeByPatience) await labFaults[fault](patient);
  patientInit = initUntilInjected(patient);
  patientInit.catch(() => undefined);
});
afterAll(async () => {
  await Promise.all([stage, patient].map((one) => one.close()));
});

/** The first pod gets no identity, the next one does. */
async function initUntilInjected({ lab }: Stage): Promise<Outcome> {
  const first = watchForPod(lab);
  const running = init(lab, ["--issuer=staging"]);
  running.catch(() => undefined);
  await first;
  lab.aws.missesPods = false;
  return running;
}

describe("found before the first write", () => {
  test.each(refused)("%s", async (fault) => {
    const { lab } = stage;
    await during(fault, async () => {
      const mark = markWrites(lab);
      const [made, checked] = await Promise.all([init(lab), checkBefore(lab)]);
      expect(seen(made), wordsOf(made)).toEqual(expected(fault));
      expect(seen(checked), checked.stdout).toEqual({ ...expected(fault), exitCode: 3 });
      expect(writesSince(lab, mark)).toEqual([]);
    });
  });
});

describe("met on the way, one after the other, by one installation", () => {
  let takeIdentityBack: () => unknown;

  /** How `init` ends while the fault is there. */
  const meet = async (fault: LabFault, timeout: number): Promise<Outcome> => {
    const takeBack = await begin(fault);
    try {
      const made = await init(stage.lab, [`--timeout=${timeout}`]);
      told += made.stderr;
      return made;
    } finally {
      await takeBack();
    }
  };

  test("no-load-balancer-address", async () => {
    for (const fault of overcome) await begin(fault);
    takeIdentityBack = await begin("identity-denied");
    const made = await meet("no-load-balancer-address", 30);
    expect(seen(made), wordsOf(made)).toEqual(expected("no-load-balancer-address"));
    expect(made.message).toContain("FailedBuildModel");
  });

  test("identity-denied: init waits until its time is over, status names the cause at once", async () => {
    const made = await init(stage.lab, ["--timeout=15"]);
    const looked = await status(stage.lab);
    await takeIdentityBack();
    await restartExternalDns(stage);
    expect(seen(made), wordsOf(made)).toEqual({ exitCode: 124, code: "GT-DNS-RECORD-TIMEOUT" });
    expect(made.message).toContain("AWS does not let ExternalDNS assume its role");
    const { code } = expected("identity-denied");
    expect(seen(looked), looked.stdout).toEqual({ exitCode: 3, code });
  });

  test.each(["internal-load-balancer", "port-80-blocked"] as const)("%s", async (fault) => {
    const made = await meet(fault, 30);
    expect(seen(made), wordsOf(made)).toEqual(expected(fault));
    const { client } = stage.lab.controlPlane;
    expect(await client.list("/apis/acme.cert-manager.io/v1/orders")).toEqual([]);
  });

  test("rate-limited", async () => {
    const made = await meet("rate-limited", 60);
    expect(seen(made), wordsOf(made)).toEqual(expected("rate-limited"));
    await passHour(stage);
  });

  test("redirect-breaks-challenge", async () => {
    const made = await meet("redirect-breaks-challenge", 60);
    expect(seen(made), wordsOf(made)).toEqual(expected("redirect-breaks-challenge"));
  });

  test("then the same command ends at HTTPS", async () => {
    const made = await init(stage.lab, ["--timeout=60"]);
    expect(seen(made), wordsOf(made)).toEqual({ exitCode: 0, code: undefined });
    expect(await visit(stage.lab, "http://www.lab.example/")).toMatchObject({ status: 301 });
    expect(await visit(stage.lab, "https://www.lab.example/")).toMatchObject({ status: 200 });
  });

  test.each(overcome)("%s was there from the beginning, and is overcome", (fault) => {
    expect(told).toMatch(faultEndings[fault].words);
  });
});

describe("begun after an init that ended well: status", () => {
  test.each(seenByStatus)("%s", (fault) =>
    during(fault, async () => {
      const { exitCode, code } = statusEndings[fault];
      const looked = await status(stage.lab);
      expect(seen(looked), looked.stdout).toEqual({ exitCode, code });
    }),
  );
});

describe("overcome by an init that waits for minutes", () => {
  test.each(overcomeByPatience)("%s", async (fault) => {
    const made = await patientInit;
    expect(seen(made), wordsOf(made)).toEqual(expected(fault));
    expect(made.stderr).toMatch(faultEndings[fault].words);
  });
});

/** cert-manager asks a CA that refused again after an hour: as if that had passed. */
async function passHour({ lab }: Stage): Promise<void> {
  const { client } = lab.controlPlane;
  const path = "/apis/cert-manager.io/v1/namespaces/gateway-tls/certificates";
  for (const { metadata } of await client.list(path)) {
    const status = { lastFailureTime: null, failedIssuanceAttempts: null };
    await client.patch(`${path}/${metadata.name}/status`, { status });
  }
  await until("the production CA has been asked again", async () => {
    const orders = await client.list("/apis/acme.cert-manager.io/v1/orders");
    return orders.find(
      (order) =>
        at(order, "spec", "issuerRef", "name") === "gateway-tls-production" &&
        at(order, "status", "state") === "valid",
    );
  });
}

async function watchForPod(lab: Stage["lab"]): Promise<void> {
  await until(
    "ExternalDNS has a pod",
    async () => {
      const pods = await lab.controlPlane.client.list("/api/v1/namespaces/external-dns/pods");
      return pods.length > 0 ? true : undefined;
    },
    120_000,
  );
}

async function restartExternalDns(here: Stage): Promise<void> {
  const pods = ["--namespace=external-dns", "--selector=app.kubernetes.io/name=external-dns"];
  await kubectl(here.lab, ["delete", "pods", ...pods]);
  await until("ExternalDNS has written the record", async () => {
    const records = await listRecords(here);
    return records.find((name) => /^www\.lab\.example\.?$/.test(name));
  });
}

async function listRecords({ lab }: Stage): Promise<string[]> {
  const { clients, zone } = lab.aws;
  const asked = new ListResourceRecordSetsCommand({ HostedZoneId: zone.id });
  const { ResourceRecordSets = [] } = await clients.route53.send(asked);
  return ResourceRecordSets.map(({ Name = "" }) => Name);
}
