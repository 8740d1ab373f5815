import { type Board, isEnded, type Row } from "./board.ts";
import { formatLine, type Mark, markOf, type Screen, type Span, type Style } from "./screen.ts";
import { countOf, cutEnd, cutMiddle, formatElapsed, padTo, toOneLine, widthOf } from "./text.ts";

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
  done: { mark: "done", style: "green" },
  current: { mark: "current", style: "dim" },
  failed: { mark: "failed", style: "red" },
  cancelled: { mark: "cancelled", style: "yellow" },
};

/** The tree as lines, one a step; never more of them than there is room for. */
export function renderTree(board: Board, screen: Screen, frame: Frame): string[] {
  const rows = board.rows.filter(({ phase }) => !frame.ended || phase !== "pending");
  const titleWidth = Math.min(
    Math.max(...rows.map(({ title }) => widthOf(title)), 0),
    Math.max(8, Math.floor(screen.columns / 3)),
  );
  const lines = rows.map((row) => renderRow(row, titleWidth, screen, frame));
  if (!frame.ended) return fold(rows, lines, screen, frame.rows);
  const unstarted = board.rows.length - rows.length;
  return unstarted === 0
    ? lines
    : [...lines, summary(screen, "pending", `${countOf(unstarted, "step")} not started`)];
}

function renderRow(row: Row, titleWidth: number, screen: Screen, frame: Frame): string {
  const running = !isEnded(row) && row.phase !== "pending";
  const { mark, style } = LOOKS[row.phase];
  const title = padTo(cutEnd(row.title, titleWidth, markOf(screen, "ellipsis")), titleWidth);
  const elapsed = elapsedOf(row, frame.now);
  const room = screen.columns - titleWidth - 6 - (elapsed === "" ? 0 : elapsed.length + 2);
  return formatLine(screen, [
    "  ",
    [running ? frame.spinner : markOf(screen, mark), style],
    " ",
    [title, row.phase === "pending" || row.phase === "current" ? "dim" : "plain"],
    "  ",
    ...messageOf(row, room, screen),
    ...(elapsed === "" ? [] : [[elapsed, "dim"] as const]),
  ]);
}

/** What is left of the line holds the message; a single long word, a name, keeps both its ends. */
function messageOf(row: Row, room: number, screen: Screen): Span[] {
  const message = toOneLine(row.message ?? (row.phase === "current" ? "unchanged" : ""));
  if (message === "" || room < 4) return [];
  const cut = message.includes(" ") ? cutEnd : cutMiddle;
  const quiet = row.phase !== "failed" && row.phase !== "done";
  return [[cut(message, room, markOf(screen, "ellipsis")), quiet ? "dim" : "plain"], "  "];
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
