// Waits for what a test can only ask for: most of what Berth does is told by nobody.

/** Two cores do the work that is waited for, and answering takes some of them. */
const ASKED_EVERY_MS = 50;

/** Asks until it is so; the answer that was. */
export async function until<Answer>(
  ask: () => Promise<Answer> | Answer,
  isSo: (answer: Answer) => boolean = Boolean,
  everyMs = ASKED_EVERY_MS,
): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
