import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { verbs } from "../../src/commands/verbs.ts";
import { formatHint } from "../../src/ui/error.ts";
import { formatCommand, formatText } from "../../src/ui/screen.ts";
import { plain80 } from "./fixtures.ts";

const show = (hint: string, columns = 80) =>
  `\n${formatHint(hint, { ...plain80, columns }, 2).join("\n")}\n`;

describe("a hint", () => {
  it("that is a command stays one", () => {
    const flags = "--cluster demo --sandbox --sandbox-state rate-limit.json --issuer staging";
    expect(show(`gateway-tls init ${flags}`)).toMatchInlineSnapshot(`
      "
        gateway-tls init --cluster demo --sandbox --sandbox-state rate-limit.json \\
          --issuer staging
      "
    `);
  });

  it("that ends with a command has it on lines of its own", () => {
    const flags = "--cluster demo --sandbox --sandbox-state rate-limit.json --issuer staging";
    expect(show(`Not before noon; to try things out meanwhile: gateway-tls init ${flags}`))
      .toMatchInlineSnapshot(`
      "
        → Not before noon; to try things out meanwhile:
            gateway-tls init --cluster demo --sandbox \\
              --sandbox-state rate-limit.json --issuer staging
      "
    `);
  });

  it("may have a command that names its context first", () => {
    expect(
      show("Look at it: kubectl --context prod --kubeconfig folder/of/mine/own.yaml get pods", 60),
    ).toMatchInlineSnapshot(`
      "
        → Look at it:
            kubectl --context prod \\
              --kubeconfig folder/of/mine/own.yaml get pods
      "
    `);
    expect(show("kubectl --context prod get pods")).toBe("\n  kubectl --context prod get pods\n");
  });

  it("goes on after its command", () => {
    expect(
      show("Read what it does: kubectl logs deployment/a --namespace b; the same command resumes."),
    ).toMatchInlineSnapshot(`
      "
        → Read what it does:
            kubectl logs deployment/a --namespace b
          The same command resumes.
      "
    `);
  });

  it("may have its command in backquotes, whole in a line or on one of its own", () => {
    const hint = "Sign in with `aws sso login --profile NAME` and pass --profile NAME.";
    expect(show(hint).replaceAll(/\s+/g, " ")).toBe(` → ${hint} `);
    expect(show(hint, 40)).toMatchInlineSnapshot(`
      "
        → Sign in with
            aws sso login --profile NAME
          and pass --profile NAME.
      "
    `);
  });

  it("takes no full stop into its command", () => {
    expect(show("Look at its pods: kubectl describe deployment a.")).toMatchInlineSnapshot(`
      "
        → Look at its pods:
            kubectl describe deployment a
      "
    `);
  });

  it.each([
    "Want the same value: gateway-tls never forces another manager.",
    "Log in to it (helm registry login), or give a mirror of the chart with --chart.",
    "Run the command with --help to see its flags.",
  ])("without a command is a paragraph: %s", (hint) => {
    const [first = "", ...rest] = formatHint(hint, plain80, 2);
    expect([first, ...rest].join(" ").replaceAll(/\s+/g, " ")).toBe(` → ${hint}`);
  });

  it.each(verbs.map(({ name }) => name))("knows the command %s", (name) => {
    const [, command] = formatHint(`Try: gateway-tls ${name}`, plain80, 2);
    expect(command).toBe(`      gateway-tls ${name}`);
  });
});

describe("a command that is longer than a line", () => {
  const names = Array.from({ length: 9 }, (_, index) => `host-${index}.example.com`);
  it.each([
    `kubectl get svc --namespace gateway-tls -o jsonpath='{.items[?(@.metadata.name == "a b")]}'`,
    `gateway-tls status --cluster demo ${names.join(" ")} --gateway gateway-tls/gateway-tls`,
    `aws eks associate-access-policy --cluster-name demo --principal-arn "$(echo iam get-role --role-name AWSReservedSSO_AdministratorAccess_0123456789abcdef --query Role.Arn)" --access-scope type=cluster`,
    `gateway-tls promote --cluster demo --kubeconfig /home/of/a/person/with/a/long/name/and/deep/folders/kubeconfig.yaml --to staging`,
    `kubectl --kubeconfig "/a folder/${"deep/".repeat(30)}kubeconfig" get pods`,
    `gateway-tls status --kubeconfig /${"x".repeat(52)} --watch`,
    `gateway-tls status --kubeconfig /${"x".repeat(54)} --watch`,
    `aws route53 list-resource-record-sets --query "ResourceRecordSets[?Name=='a --b c.']" --max 1`,
  ])("is the same to a shell: %s", (command) => {
    const words = (script: string) =>
      execFileSync("sh", ["-c", script.replace(/^\s*\S+/, "printf '%s\\n'")], { encoding: "utf8" });
    const lines = formatCommand({ ...plain80, columns: 60 }, command, 4);
    expect(lines.length).toBeGreaterThan(1);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(60);
    expect(words(lines.join("\n"))).toBe(words(command));
  });
});

describe("a long word", () => {
  const url =
    "https://letsencrypt.org/docs/rate-limits/#new-certificates-per-exact-set-of-identifiers";
  const balancer = "k8s-gatewayt-gatewayt-2ba9d7955b-2ba9d7955b2ba9d7.elb.eu-west-1.amazonaws.com";

  it("stays whole where the screen has room for it, whatever its paragraph's indent", () => {
    expect(formatText(plain80, `It points at ${balancer}, not here`, { indent: 8 })).toEqual([
      "        It points at",
      `  ${balancer},`,
      "        not here",
    ]);
    expect(formatText(plain80, balancer, { lead: ["      ✗ "], indent: 8 })).toEqual([
      "      ✗",
      `   ${balancer}`,
    ]);
  });

  it("is broken where the line ends when no line has room for it", () => {
    expect(formatText(plain80, `see ${url}`, { indent: 8 })).toEqual([
      "        see",
      `        ${url.slice(0, 72)}`,
      `        ${url.slice(72)}`,
    ]);
  });
});
