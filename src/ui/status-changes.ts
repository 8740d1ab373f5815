import { formatText, markOf, type Screen } from "./screen.ts";
import { type ChainLink, type HostStatus, LINKS } from "./status.ts";

interface Seen {
  hosts: readonly HostStatus[];
}

interface ChangesScreen extends Screen {
  now: Date;
}

/** One line for each link that is another than before; at the first look, for those not well. */
export function renderChanges(seen: Seen, before: Seen | undefined, screen: ChangesScreen): string {
  const old = new Map(
    (before?.hosts ?? []).flatMap(({ hostname, chain }) =>
      chain.map((link) => [`${hostname} ${link.link}`, link] as const),
    ),
  );
  const time = screen.now.toISOString().slice(11, 19);
  const lines = seen.hosts.flatMap(({ hostname, chain }) =>
    chain
      .filter((link) => isNews(link, old.get(`${hostname} ${link.link}`)))
      .flatMap(({ link, state, reason }) => {
        const { mark, style } = LINKS[state];
        const text = [link, reason].filter((one) => one !== null).join(": ");
        return formatText(screen, `${hostname} ${text}`, {
          lead: [[time, "dim"], " ", [markOf(screen, mark), style], " "],
          indent: 11,
        });
      }),
  );
  return lines.map((line) => `${line}\n`).join("");
}

function isNews(link: ChainLink, old: ChainLink | undefined): boolean {
  if (link.state === "not-checked") return false;
  if (old === undefined) return link.state !== "ok";
  return link.state !== old.state || (link.state !== "ok" && link.reason !== old.reason);
}
