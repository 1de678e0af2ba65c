// What must hold of who serves a workspace, and of what its user was answered.

/** A generation's token that was used and is not revoked. */
export function oneGenerationSpeaks(generations: readonly number[], present: number): string[] {
  const is = generations.toSorted((a, b) => a - b).join();
  return is === String(present) ? [] : [`generations that may speak: ${is || 'none'}, not ${present}`];
}

/** Asked again under its key, a command is answered as it was, days later too. */
export function sameAnswer(asked: string, first: unknown, again: unknown): string[] {
  return canonical(first) === canonical(again) ? [] : [`answers: ${asked}: ${canonical(again)}`];
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${canonical(entry)}`).join()}}`;
}
