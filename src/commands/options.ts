import { Argument, Command as Program, CommanderError, Option } from "commander";
import { flagNameOf, groups, type Setting } from "../config/setting.ts";
import { settingIds, settingOf, type Flags, type SettingId } from "../config/settings.ts";
import { UsageError } from "../errors.ts";
import { findNearest } from "../nearest.ts";
import { takesSetting, type Verb } from "./verb.ts";

/** A verb with its flags, and the names behind it. */
export interface VerbLine {
  kind: "verb";
  verb: Verb;
  flags: Flags;
  names: readonly string[];
}

/** What the command line says: a verb with its flags, or a text to print. */
export type CommandLine =
  | VerbLine
  /** `--help` and `--version` on stdout; help because nothing was said on stderr, exit 2. */
  | { kind: "text"; text: string; asked: boolean };

const COLUMNS = 80;
const SEE_COMMANDS = "Run gateway-tls --help to see the commands.";

const INTRODUCTION =
  "Gives a domain HTTPS on Amazon EKS: Gateway API, ExternalDNS, cert-manager and NGINX Gateway Fabric, set up safely and proven by a TLS handshake.";

const EXIT_CODES = `Exit codes:
  0 done, 1 failed or declined, 2 wrong usage, 3 not all is well (status,
  check), 124 a wait timed out, 130 stopped by Ctrl-C`;

/** Reads argv by the tables of verbs and settings. Throws `GT-CONFIG-FLAG`. */
export function readCommandLine(
  argv: readonly string[],
  verbs: readonly Verb[],
  version: string,
): CommandLine {
  let line: CommandLine | undefined;
  let text = "";
  const program = buildProgram(version, (written) => (text += written));
  for (const verb of verbs) {
    addVerb(program, verb, (found) => (line = found));
  }
  refuseUnknownTopic(argv, verbs);
  try {
    program.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0 && error.code !== "commander.help") throw toUsageError(error);
    return { kind: "text", text, asked: error.exitCode === 0 };
  }
  return line ?? { kind: "text", text, asked: false };
}

/** Commander prints the general help of a command that it does not know. */
function refuseUnknownTopic([first, topic]: readonly string[], verbs: readonly Verb[]): void {
  const names = verbs.map(({ name }) => name);
  if (first !== "help" || topic === undefined || topic.startsWith("-")) return;
  if (topic === "help" || names.includes(topic)) return;
  const nearest = findNearest(topic, names);
  const meant = nearest === undefined ? "" : ` Did you mean ${nearest}?`;
  throw new UsageError("GT-CONFIG-FLAG", `Unknown command '${topic}'.${meant}`, {
    hint: SEE_COMMANDS,
  });
}

function buildProgram(version: string, write: (text: string) => void): Program {
  return new Program("gateway-tls")
    .description(INTRODUCTION)
    .version(version, "-V, --version", "Print the version")
    .helpOption("-h, --help", "Print this help")
    .helpCommand("help [command]", "Print the help of a command")
    .addHelpText("after", `\n${EXIT_CODES}`)
    .configureHelp({ helpWidth: COLUMNS, minWidthToWrap: 20, showGlobalOptions: false })
    .configureOutput({
      writeOut: write,
      writeErr: write,
      outputError: () => undefined,
      getOutHelpWidth: () => COLUMNS,
      getErrHelpWidth: () => COLUMNS,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride()
    .showSuggestionAfterError();
}

function addVerb(program: Program, verb: Verb, found: (line: VerbLine) => void): void {
  const command = program
    .command(verb.name)
    .summary(verb.summary)
    .description(`${verb.summary}.`)
    .usage(verb.argument === undefined ? "[options]" : `${syntaxOf(verb.argument)} [options]`)
    .helpOption("-h, --help", "Print this help");
  command.addHelpText(
    "after",
    `\nExamples:\n${verb.examples.map((line) => `  ${line}`).join("\n")}`,
  );
  const ids = idsOf(verb);
  for (const id of ids) command.addOption(buildOption(settingOf(id)));
  if (verb.argument !== undefined) {
    command.addArgument(new Argument(syntaxOf(verb.argument), verb.argument.about));
  }
  command.action(() => {
    found({ kind: "verb", verb, flags: readFlags(command, ids), names: command.args });
  });
}

const syntaxOf = ({ value, several }: NonNullable<Verb["argument"]>): string =>
  `[${value}${several === true ? "..." : ""}]`;

/** Settings of a verb, grouped as the help shows them. */
function idsOf(verb: Verb): SettingId[] {
  const order = Object.keys(groups);
  return settingIds
    .filter((id) => takesSetting(verb, id))
    .sort((a, b) => order.indexOf(settingOf(a).group) - order.indexOf(settingOf(b).group));
}

function buildOption(setting: Setting): Option {
  const { value, about, repeat, group } = setting;
  const syntax = value === undefined ? flagNameOf(setting) : `${flagNameOf(setting)} <${value}>`;
  const text = repeat === true ? `${about}; may be repeated` : about;
  const option = new Option(syntax, text).helpGroup(`${groups[group]}:`);
  return repeat === true ? option.argParser(append) : option;
}

function append(text: string, before: unknown): string[] {
  const texts = Array.isArray(before) ? before.map(String) : [];
  return [...texts, text];
}

/** Only what was typed: commander has defaults of its own for `--no-` flags. */
function readFlags(command: Program, ids: readonly SettingId[]): Flags {
  const flags: Flags = {};
  for (const id of ids) {
    const name = new Option(flagNameOf(settingOf(id))).attributeName();
    if (command.getOptionValueSource(name) !== "cli") continue;
    const value: unknown = command.getOptionValue(name);
    flags[id] = Array.isArray(value) ? value.map(String) : String(value);
  }
  return flags;
}

/** `error: unknown option '--domian'\n(Did you mean --domain?)` in our words. */
function toUsageError({ message, code }: CommanderError): UsageError {
  const [first = "", ...suggestions] = message.replace(/^error: /, "").split("\n");
  const sentence = first.charAt(0).toUpperCase() + first.slice(1).replace(/\.$/, "");
  const meant = suggestions.map((line) => line.replace(/^\((.*)\)$/, "$1")).join(" ");
  const isCommand = code === "commander.unknownCommand";
  return new UsageError("GT-CONFIG-FLAG", `${sentence}.${meant === "" ? "" : ` ${meant}`}`, {
    hint: isCommand ? SEE_COMMANDS : "Run the command with --help to see its flags.",
  });
}
