// How a long-running process ends: on a signal, or with the parent that opened a channel to it; orderly the first time, at once the second.

const SAME_SIGNAL_MS = 500;

/** Calls `stop` once, then exits with 0; a stop that fails or takes longer than `forceMs` exits with 1. */
export function endOrderly(stop: () => Promise<void>, forceMs: number): void {
  let endingSince: number | null = null;
  const end = (): void => {
    // One Ctrl-C may arrive twice, from the terminal and from the program in between.
    if (endingSince !== null && Date.now() - endingSince < SAME_SIGNAL_MS) return;
    if (endingSince !== null) process.exit(1);
    endingSince = Date.now();
    setTimeout(() => process.exit(1), forceMs).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  // Only where the parent opened a channel: a part never outlives the stack that started it.
  process.on('disconnect', end);
  // The parent may have gone before anybody listened.
  if (process.connected === false) end();
}
