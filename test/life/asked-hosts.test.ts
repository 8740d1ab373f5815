import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kinds } from "../../src/kinds.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { joinLines } from "../support/join-lines.ts";
import { readHostParts, runAtTerminal, runInSandbox } from "../support/life.ts";
import { ScriptedTerminal } from "../support/terminal.ts";

let directory: string;
let statePath: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-asked-hosts-"));
  statePath = join(directory, "sandbox.json");
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const where = () => ({ statePath, cwd: directory });
const run = (line: string) => runInSandbox(line, where());
const init = () =>
  run("init --domain example.com --email ops@example.com --cluster demo --sample-app --yes");
const listeners = async () => (await readHostParts(statePath)).listeners;

describe("remove-host of a host that nobody added", () => {
  it("says so in whole words, with the hosts that there are", async () => {
    await init();
    const unknown = `a-name-that-nobody-has-added-to-this-installation-yet.example.com`;
    const { exitCode, stdout } = await run(`remove-host ${unknown} --yes`);
    expect(exitCode).toBe(0);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(
      `The installation has nothing of ${unknown}. Its hosts: www.example.com.`,
    );
  });

  it("is told beside those that go", async () => {
    await init();
    const { stdout } = await run("remove-host www.example.com ww.example.com --yes");
    expect(stdout).toContain("✓ www.example.com is served no more.");
    expect(stdout).toContain("! Not among the hosts of this installation: ww.example.com.");
  });
});

describe("remove-host", () => {
  it("names the nearest of a host that is not there, and writes nothing", async () => {
    await init();
    const line = "remove-host wwx.example.com foo.example.com --yes";
    const { exitCode, stdout } = await run(line);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("! wwx.example.com: did you mean www.example.com?");
    expect(stdout).not.toContain("foo.example.com: did you mean");
  });

  it("completes a name that lacks the domain", async () => {
    await init();
    const { exitCode, stderr } = await run("remove-host www --yes");
    expect(exitCode).toBe(2);
    expect(stderr.replaceAll(/\s+/g, " ")).toContain("Did you mean www.example.com?");
  });

  it("offers the hosts that there are when none is named", async () => {
    await init();
    const terminal = new ScriptedTerminal(["www.example.com", "yes"]);
    const { exitCode } = await runAtTerminal("remove-host", terminal, where());
    expect(exitCode).toBe(0);
    expect(terminal.offered["Host to remove"]).toEqual(["www.example.com"]);
    expect(await listeners()).toEqual(["http"]);
  });

  it("names them where nobody can be asked", async () => {
    await init();
    const { exitCode, stderr } = await run("remove-host --yes");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("There are: www.example.com.");
    expect(joinLines(stderr)).toMatch(
      /gateway-tls remove-host --cluster demo --sandbox .* www\.example\.com/,
    );
  });
});

describe("what is said of the hosts to add", () => {
  const said = async (line: string) => {
    const { exitCode, stderr } = await run(line);
    return { exitCode, text: stderr.replaceAll(/\s+/g, " ") };
  };

  it.each([
    ["api.example.com --backend shop/web:80 --sample-app", "--backend and --sample-app contradict"],
    ["api.example.com --backend shop/web", '--backend: "shop/web" is no backend'],
    ["api.example.com --path nope --sample-app", '--path: "nope" is no path'],
    ["foo --sample-app", "Did you mean foo.example.com?"],
  ])("%s: %s", async (line, wanted) => {
    await init();
    const { exitCode, text } = await said(`add-host ${line} --yes`);
    expect(text).toContain(wanted);
    expect(text).toContain("GT-CONFIG-VALUE");
    expect(exitCode).toBe(2);
    expect(await listeners()).toEqual(["http", "www.example.com"]);
  });

  it("proposes a name that is free", async () => {
    await init();
    const terminal = new ScriptedTerminal(["", "shop/api:8080", "yes"]);
    const { exitCode } = await runAtTerminal("add-host", terminal, where());
    expect(exitCode).toBe(0);
    expect(await listeners()).toContain("api.example.com");
  });
});

describe("a file of hosts", () => {
  it.each([
    ["hosts: []", "hosts.yaml: its list of hosts is empty."],
    ["- hostname: a.example.com\n- b.example.com", "hosts.yaml:2: this is no host"],
    [
      "- hostname: b.example.com\n  backend: shop/wbe:80\n- hostname: a.example.org",
      "- hosts.yaml:2: b.example.com: There is no Service shop/wbe with a TCP port. shop has: api and web. Did you mean shop/web:80? - hosts.yaml:3:",
    ],
    [
      "- hostname: b\n  backnd: shop/web:80",
      '- hosts.yaml:1: "b" has no dot: a name like example.com is needed. Did you mean b.example.com? - hosts.yaml:2: unknown key "backnd". Did you mean backend?',
    ],
  ])("%j is told where it is wrong", async (text, wanted) => {
    await init();
    writeFileSync(join(directory, "hosts.yaml"), text);
    const { exitCode, stderr } = await run("add-host --from hosts.yaml --yes");
    expect(exitCode).toBe(2);
    expect(stderr.replaceAll(/\s+/g, " ")).toContain(wanted);
    expect(stderr).toContain("GT-CONFIG-FILE");
  });
});

describe("the backend of an added host", () => {
  it("takes a backend from nobody: not even from the sample app that runs", async () => {
    await init();
    const { exitCode, stderr } = await run("add-host api.example.com --yes");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--backend NS/SERVICE:PORT or --sample-app");
    expect(stderr).toContain("api.example.com");
    expect(await listeners()).toEqual(["http", "www.example.com"]);
    expect((await run("add-host api.example.com --sample-app --yes")).exitCode).toBe(0);
    expect((await run("add-host api.example.com --yes")).exitCode).toBe(0);
  });

  it("names the hosts of a file that say no backend, unless one is said for all", async () => {
    await init();
    const hosts = ["host-1", "host-2", "host-3"].map((name) => `- hostname: ${name}.example.com`);
    writeFileSync(join(directory, "hosts.yaml"), `${hosts.join("\n")}\n  backend: shop/web:80`);
    const { exitCode, stderr } = await run("add-host --from hosts.yaml --yes");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("host-1.example.com, host-2.example.com");
    expect(stderr).not.toContain("host-3.example.com");
    await run("add-host --from hosts.yaml --backend shop/api:8080 --yes");
    const { stdout } = await run("config show --output json");
    const { config }: { config: { hosts: { backend: string }[] } } = JSON.parse(stdout);
    expect(config.hosts.map(({ backend }) => backend)).toEqual([
      "gateway-tls-sample/coffee:80",
      "shop/api:8080",
      "shop/api:8080",
      "shop/web:80",
    ]);
  });

  it("offers the Services of the cluster where somebody can be asked", async () => {
    await init();
    const terminal = new ScriptedTerminal(["shop/api:8080", "yes"]);
    const { exitCode } = await runAtTerminal("add-host api.example.com", terminal, where());
    expect(exitCode).toBe(0);
    expect(terminal.offered["Backend of api.example.com"]).toEqual(
      expect.arrayContaining(["shop/web:80", "shop/api:8080", "a sample app"]),
    );
    expect(await listeners()).toContain("api.example.com");
  });
});

describe("a host whose Service is gone", () => {
  it("does not keep others from being added, and is named", async () => {
    await init();
    await run("add-host web.example.com --backend shop/web:80 --yes");
    const sandbox = await createSandbox({ statePath, faults: [] });
    const { kubernetes } = await sandbox.connect(await sandbox.clusters.find("demo"), {});
    await kubernetes.delete([{ kind: kinds.Service, namespace: "shop", name: "web" }]);
    const added = await run("add-host api.example.com --backend shop/api:8080 --yes");
    expect(added.exitCode).toBe(0);
    expect(added.stdout).toContain("✓ api.example.com is served over HTTPS.");
    expect(added.stdout).toContain("! web.example.com does not work");
    const again = await run("add-host web.example.com --backend shop/web:80 --yes");
    expect(again.exitCode).toBe(2);
    expect(again.stderr).toContain("GT-BACKEND-NOT-FOUND");
  });
});
