import { type Board, isEnded, type Row } from "./board.ts";
import { formatLine, type Mark, markOf, type Screen, type Style } from "./screen.ts";
import {
  countOf,
  cutEnd,
  cutMiddle,
  formatElapsed,
  padTo,
  toOneLine,
  widthOf,
  wrapWords,
} from "./text.ts";

export interface Frame {
  /** Milliseconds on the world's clock. */
  now: number;
  /** What turns at a running step, one cell. */
  spinner: string;
  /** Lines that the terminal has room for; more would scroll out of reach of the next drawing. */
  rows: number;
  /** Nothing runs any more: what never started is only counted. */
  ended: boolean;
}

const LOOKS: Record<Row["phase"], { mark: Mark; style: Style }> = {
  pending: { mark: "pending", style: "dim" },
  started: { mark: "pending", style: "cyan" },
  progress: { mark: "pending", style: "cyan" },
  retrying: { mark: "pending", style: "yellow" },
  "host-failed": { mark: "pending", style: "yellow" },
  done: { mark: "done", style: "green" },
  current: { mark: "current", style: "dim" },
  failed: { mark: "failed", style: "red" },
  cancelled: { mark: "cancelled", style: "yellow" },
};

/** A long reason goes on beneath its step, where there is room, on so many lines at most. */
const REASON_LINES = 2;

interface Layout {
  screen: Screen;
  frame: Frame;
  titleWidth: number;
  /** Long reasons go on beneath. */
  open: boolean;
}

/** The tree as lines, one a step; never more of them than there is room for. */
export function renderTree(board: Board, screen: Screen, frame: Frame): string[] {
  const all = board.rows;
  const titleWidth = Math.min(
    Math.max(...all.map(({ title }) => widthOf(title)), 0),
    Math.max(8, Math.floor(screen.columns / 3)),
  );
  const closed = { screen, frame, titleWidth, open: false };
  if (frame.ended) {
    const rows = all.filter(({ phase }) => phase !== "pending");
    const unstarted = all.length - rows.length;
    const rest = summary(screen, "pending", `${countOf(unstarted, "step")} not started`);
    const lines = rows.flatMap((row) => renderRow(row, closed));
    return unstarted === 0 ? lines : [...lines, rest];
  }
  const opened = all.flatMap((row) => renderRow(row, { ...closed, open: true }));
  if (opened.length <= frame.rows) return opened;
  const lines = all.flatMap((row) => renderRow(row, closed));
  return fold(all, lines, screen, frame.rows);
}

function renderRow(row: Row, layout: Layout): string[] {
  const { screen, frame, titleWidth } = layout;
  const { mark, style } = LOOKS[row.phase];
  const ellipsis = markOf(screen, "ellipsis");
  const title = padTo(cutEnd(row.title, titleWidth, ellipsis), titleWidth);
  const elapsed = elapsedOf(row, frame.now);
  const [message = "", ...beneath] = messageLines(row, elapsed, layout);
  const quiet = row.phase === "failed" || row.phase === "done" ? "plain" : "dim";
  const first = formatLine(screen, [
    "  ",
    [isRunning(row) ? frame.spinner : markOf(screen, mark), style],
    " ",
    [title, row.phase === "pending" || row.phase === "current" ? "dim" : "plain"],
    "  ",
    ...(message === "" ? [] : [[message, quiet] as const, "  "]),
    ...(elapsed === "" ? [] : [[elapsed, "dim"] as const]),
  ]);
  const indent = " ".repeat(titleWidth + 6);
  return [first, ...beneath.map((line) => formatLine(screen, [indent, [line, quiet]]))];
}

const isRunning = (row: Row): boolean => !isEnded(row) && row.phase !== "pending";

/** In the room that is left; a single long word, a name, keeps both its ends. */
function messageLines(row: Row, elapsed: string, { screen, titleWidth, open }: Layout): string[] {
  const message = toOneLine(row.message ?? (row.phase === "current" ? "unchanged" : ""));
  const room = screen.columns - titleWidth - 6 - (elapsed === "" ? 0 : elapsed.length + 2);
  const ellipsis = markOf(screen, "ellipsis");
  if (message === "" || room < 4) return [];
  if (!message.includes(" ")) return [cutMiddle(message, room, ellipsis)];
  if (!open || !isRunning(row) || room < 16) return [cutEnd(message, room, ellipsis)];
  const lines = wrapWords(message, room);
  if (lines.length <= REASON_LINES + 1) return lines;
  const last = cutEnd(lines.slice(REASON_LINES).join(" "), room, ellipsis);
  return [...lines.slice(0, REASON_LINES), last];
}

/** Nothing under a second: it would only flicker. */
function elapsedOf({ startedAt, endedAt, phase }: Row, now: number): string {
  if (startedAt === undefined || phase === "current") return "";
  const ms = (endedAt ?? now) - startedAt;
  return ms < 1000 ? "" : formatElapsed(ms);
}

/** In a low terminal, first the finished steps become one line, then the ones that wait. */
function fold(rows: readonly Row[], lines: readonly string[], screen: Screen, room: number) {
  if (lines.length <= room) return [...lines];
  const finished = rows.filter((row) => row.phase === "done" || row.phase === "current").length;
  const shown = lines.filter((_, index) => {
    const phase = rows[index]?.phase;
    return phase !== "done" && phase !== "current";
  });
  const folded =
    finished === 0 ? [] : [summary(screen, "done", `${countOf(finished, "step")} done`)];
  const left = Math.max(1, room - folded.length);
  const visible = shown.length <= left ? shown : shown.slice(0, Math.max(0, left - 1));
  const hidden = shown.length - visible.length;
  const rest = hidden === 0 ? [] : [summary(screen, "pending", countOf(hidden, "more step"))];
  return [...folded, ...visible, ...rest].slice(0, Math.max(1, room));
}

const summary = (screen: Screen, mark: Mark, text: string): string =>
  formatLine(screen, [[`  ${markOf(screen, mark)} ${text}`, "dim"]]);
