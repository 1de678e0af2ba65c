// The emulator's time: real, or stepped by a test; every delayed transition is scheduled on it.

export type Clock = {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `task` when the time has come; the result cancels it. */
  schedule(atMs: number, task: () => void): () => void;
};

export type SteppedClock = Clock & { advance(ms: number): void };

export const realClock = (): Clock => ({
  now: () => Date.now(),
  schedule(atMs, task) {
    const timer = setTimeout(task, Math.max(0, atMs - Date.now()));
    timer.unref();
    return () => clearTimeout(timer);
  },
});

/** Stands still until it is advanced; what comes due on the way runs in order of its time. */
export function steppedClock(startMs = 0): SteppedClock {
  let nowMs = startMs;
  const due = new Set<{ readonly atMs: number; readonly task: () => void }>();
  const next = () => [...due].sort((a, b) => a.atMs - b.atMs)[0];
  return {
    now: () => nowMs,
    schedule(atMs, task) {
      const entry = { atMs, task };
      due.add(entry);
      return () => void due.delete(entry);
    },
    advance(ms) {
      const untilMs = nowMs + ms;
      for (let entry = next(); entry !== undefined && entry.atMs <= untilMs; entry = next()) {
        due.delete(entry);
        nowMs = Math.max(nowMs, entry.atMs);
        entry.task();
      }
      nowMs = untilMs;
    },
  };
}
