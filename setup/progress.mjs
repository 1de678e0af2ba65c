// Says what is going on while something takes longer than a person would wait in silence.

/** @typedef {{ <Result>(title: string, work: () => Promise<Result>): Promise<Result> }} Progress */

const ON_TERMINAL_MS = 1_000;
/** A log needs a sign of life, not a film. */
const IN_LOG_MS = 10_000;

/** @type {Progress} */
export async function progress(title, work) {
  const startedAt = Date.now();
  const seconds = () => `${Math.round((Date.now() - startedAt) / 1000)} s`;
  const { stderr } = process;
  stderr.write(`${title} ...\n`);
  const timer = setInterval(
    () => stderr.write(stderr.isTTY ? `\r  ${seconds()} ` : `  still at it after ${seconds()}\n`),
    stderr.isTTY ? ON_TERMINAL_MS : IN_LOG_MS,
  );
  try {
    const result = await work();
    stderr.write(`${stderr.isTTY ? '\r' : ''}  done after ${seconds()}\n`);
    return result;
  } catch (error) {
    // What is said next stands on a line of its own.
    if (stderr.isTTY) stderr.write('\n');
    throw error;
  } finally {
    clearInterval(timer);
  }
}
