import { describe, expect, it } from "vitest";
import { renderEnd } from "../../src/ui/end.ts";
import { formatError } from "../../src/ui/error.ts";
import { renderFailure } from "../../src/ui/failure.ts";
import { ascii80, done, failed, now, plain80 } from "./fixtures.ts";

const end = {
  ...plain80,
  domain: "example.com",
  now,
  keptConfig: "ConfigMap gateway-tls/gateway-tls",
};

const resume =
  "gateway-tls init --domain example.com --email ops@example.com --cluster demo --sample-app --yes";
const error = { code: "GT-WAIT-TIMEOUT", message: "It took too long.", hint: null };

describe("the end", () => {
  it("shows what is served and what comes next", () => {
    expect(renderEnd(done, { ...end, flags: ["--sandbox"] })).toMatchInlineSnapshot(`
      "✓ www.example.com is served over HTTPS.

        https://www.example.com/
          Issuer   Let's Encrypt R12
          Expires  2027-02-21 (in 89 days); renewed by cert-manager
          Names    www.example.com

        ! CAA of example.com could not be seen: port 53 is blocked from here.

      Next
        Add a host:
          gateway-tls add-host api.example.com --backend shop/api:8080 --sandbox
        See whether all is well:
          gateway-tls status --sandbox

        The configuration is kept in ConfigMap gateway-tls/gateway-tls; 14 writes in
        this run.
      "
    `);
  });

  it("is about the hosts that the run was about", () => {
    const hosts = ["www.example.com", "api.example.com"].map((hostname) => ({
      hostname,
      url: `https://${hostname}/`,
      certificate: null,
    }));
    const text = renderEnd({ ...done, hosts }, { ...end, about: ["api.example.com"] });
    expect(text).toContain("✓ api.example.com is set up.");
    expect(text).not.toContain("www.example.com");
    expect(text).toContain("gateway-tls add-host app.example.com");
  });

  it("counts hosts that are too many to name twice", () => {
    const [host] = done.hosts;
    const hosts = Array.from({ length: 6 }, () => host).filter((one) => one !== undefined);
    expect(renderEnd({ ...done, hosts }, end)).toContain("✓ 6 hosts are served over HTTPS.");
  });

  it("says that nothing had to change, and warns of a staging certificate", () => {
    const hosts = done.hosts.map((host) => ({
      ...host,
      certificate: {
        issuer: "(STAGING) Counterfeit Cashew R10",
        notAfter: "2026-11-25T10:00:00Z",
        names: [host.hostname],
        trusted: false,
      },
    }));
    const unchanged = { ...done, result: "unchanged" as const, writes: 0, warnings: [], hosts };
    expect(renderEnd(unchanged, end)).toMatchInlineSnapshot(`
      "✓ Nothing had to change.

        https://www.example.com/
          Issuer   (STAGING) Counterfeit Cashew R10
          Expires  2026-11-25 (in 1 day); renewed by cert-manager
          Names    www.example.com

        ! Browsers do not trust (STAGING) Counterfeit Cashew R10: it is a staging CA.
          For a trusted certificate, run init again with --issuer production.

      Next
        Add a host:
          gateway-tls add-host api.example.com --backend NAMESPACE/SERVICE:PORT
        See whether all is well:
          gateway-tls status

        The configuration is kept in ConfigMap gateway-tls/gateway-tls.
      "
    `);
  });
});

describe("what is not as it should be", () => {
  const [host] = done.hosts;

  it("is said of a production certificate that is not trusted here", () => {
    const certificate = { issuer: "Corp CA", notAfter: "", names: [], trusted: false };
    const hosts = host === undefined ? [] : [{ ...host, certificate }];
    const text = renderEnd({ ...done, hosts }, { ...end, issuer: "production" });
    expect(text).toContain("The chain of Corp CA does not end at a root that is trusted here");
    expect(text).not.toContain("--issuer production");
  });

  it("is said of a host whose handshake could not be seen", () => {
    const hosts = host === undefined ? [] : [{ ...host, certificate: null }];
    const text = renderEnd({ ...done, hosts }, end);
    expect(text).toContain("✓ www.example.com is set up.");
    expect(text).toContain("What it serves could not be seen from here.");
  });
});

describe("the end of a failure", () => {
  it("says what was changed, what was not, and how to go on", () => {
    const shown = failed.error ?? error;
    expect(renderFailure(failed, shown, { ...plain80, resume })).toMatchInlineSnapshot(`
      "✗ The load balancer's address did not come about within 600 s; last seen:
        FailedBuildModel: unable to resolve at least one subnet (0 match VPC and tags:
        [kubernetes.io/role/elb]).
        → Run \`gateway-tls status\` to see the first broken link, then the same command
          again: it resumes.
        GT-WAIT-TIMEOUT

      Changed  3 writes
        + created IAM policy gateway-tls-external-dns.eu-central-1.demo
        + installed helm release external-dns/external-dns
        + applied Gateway gateway-tls/gateway-tls

      Not done
        Load balancer (failed), cert-manager (cancelled), Certificate, TLS handshake

      Run it again: it goes on from here, and what is done stays as it is:
        gateway-tls init --domain example.com --email ops@example.com --cluster demo \\
          --sample-app --yes
      "
    `);
  });

  it("is short after Ctrl-C before the first write", () => {
    const cancelled = { ...failed, result: "cancelled" as const, writes: 0, changes: [] };
    const stop = { code: "GT-CANCELLED", message: "Stopped by Ctrl-C.", hint: null };
    expect(renderFailure(cancelled, stop, { ...ascii80, resume })).toMatchInlineSnapshot(`
      "- Stopped by Ctrl-C.

      Changed
        nothing

      Not done
        Load balancer (failed), cert-manager (cancelled), Certificate, TLS handshake

      Run it again when you are ready:
        gateway-tls init --domain example.com --email ops@example.com --cluster demo \\
          --sample-app --yes
      "
    `);
  });

  it("tells changes that are many by what was done, and leaves none out", () => {
    const changes = [
      ...Array.from({ length: 30 }, (_, index) => `applied ConfigMap a/${index}`),
      "installed helm release cert-manager/cert-manager",
      "applied ConfigMap a/0",
      "deleted record www.example.com A",
    ];
    const many = { ...failed, changes, writes: changes.length };
    const text = renderFailure(many, error, { ...plain80, resume });
    const [, list = ""] = /Changed {2}33 writes\n([^]*?)\n\n/.exec(text) ?? [];
    expect(list.split("\n")).toHaveLength(5);
    expect(list.replaceAll(/\s+/g, " ")).toBe(
      ` + applied ConfigMap ${Array.from({ length: 30 }, (_, index) => `a/${index}`).join(", ")}` +
        " + installed helm release cert-manager/cert-manager + deleted record www.example.com A",
    );
  });

  it("says when to go on where the CA named a date", () => {
    const limited = { ...error, code: "GT-ACME-RATE-LIMITED", hint: "Wait until the date." };
    const text = renderFailure(failed, limited, { ...plain80, resume });
    expect(text).toContain("When the date has come, run it again:");
    expect(text).not.toContain("it goes on from here");
  });
});

describe("an error", () => {
  it("hangs behind its mark, with one action and its code", () => {
    const shown = {
      code: "GT-CLUSTER-UNKNOWN",
      message:
        "There is no cluster dmeo in eu-central-1 of account 111122223333; the clusters there are demo, staging and production-blue.",
      hint: "Did you mean demo? Run it again with --cluster demo.",
    };
    expect(formatError(shown, { color: false, columns: 60 })).toEqual([
      "✗ There is no cluster dmeo in eu-central-1 of account",
      "  111122223333; the clusters there are demo, staging and",
      "  production-blue.",
      "  → Did you mean demo? Run it again with --cluster demo.",
      "  GT-CLUSTER-UNKNOWN",
    ]);
  });

  it("keeps a command in its hint fit for pasting", () => {
    const hint = `gateway-tls init --domain example.com --cluster demo --backend shop/web:80`;
    const lines = formatError({ ...error, hint }, { color: false, columns: 50 });
    expect(lines.join("\n").replaceAll(/ \\\n +/g, " ")).toContain(hint);
  });

  it("is coloured only when asked to", () => {
    const inColour = formatError(error, { ...plain80, color: true }).join("\n");
    expect(inColour).toContain("\u001B[31m✗\u001B[39m");
    expect(formatError(error, plain80).join("\n")).not.toContain("\u001B");
  });
});
