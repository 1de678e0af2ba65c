// The part of the demo that asks before it creates: every gate's word, and the price in its parts.

import type { Canvas } from './canvas.ts';

type Quote = {
  readonly launchable: boolean;
  readonly gates: readonly { readonly gate: string; readonly passed: boolean; readonly error?: string }[];
  readonly price: {
    readonly hourly_usd: string;
    readonly monthly_usd: string;
    readonly source: string;
    readonly prices_as_of: string;
    readonly parts: readonly { readonly name: string; readonly hourly_usd: string }[];
  } | null;
};

/** Throws where the demo's own workspace would be refused. */
export async function showQuote(user: Canvas, compute: object, line: (text: string) => void): Promise<void> {
  const { gates, price, launchable } = await user.call<Quote>('POST', '/compute/quote', { compute });
  const words = gates.map(({ gate, passed, error }) => (passed ? `${gate} ✓` : `${gate} ✗ ${error}`));
  line(`gates          ${words.join('  ')}`);
  if (price !== null) {
    line(
      `price          $${price.hourly_usd} an hour, $${price.monthly_usd} a month (${price.source}, ${price.prices_as_of.slice(0, 10)})`,
    );
    for (const { name, hourly_usd } of price.parts) line(`               $${hourly_usd.padEnd(9)} ${name}`);
  }
  if (!launchable) throw new Error('the quote refuses what the demo wants to create');
}
