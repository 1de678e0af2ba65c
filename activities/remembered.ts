// Remembers answers that change rarely, such as image ids and offerings, for a while and per process.

/** Asks once per key and `forMs`; a failed ask is not remembered. */
export function remembered<Value>(forMs: number): (key: string, ask: () => Promise<Value>) => Promise<Value> {
  const answers = new Map<string, { readonly until: number; readonly value: Promise<Value> }>();
  return (key, ask) => {
    const known = answers.get(key);
    if (known !== undefined && known.until > Date.now()) return known.value;
    const value = ask();
    answers.set(key, { until: Date.now() + forMs, value });
    value.catch(() => {
      if (answers.get(key)?.value === value) answers.delete(key);
    });
    return value;
  };
}
