// How long a receiver asks to be left alone (RFC 9110, 10.2.3): seconds, or a date.

/** ms from `now` (epoch ms); null where it does not say, or says something else. */
export function retryAfterMs(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  const text = value.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // Dates of HTTP name the day of the week; what else Date takes is no answer to be relied on.
  const at = /^[A-Z][a-z]+,? /.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
