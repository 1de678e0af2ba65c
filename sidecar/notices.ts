// Watches the metadata service for what AWS is about to do with the machine, and tells the platform each thing once.

import type { Platform } from './orders.ts';
import type { Metadata } from './metadata.ts';
import { post } from './platform.ts';
import { wait } from './wait.ts';

/** AWS asks to look every 5 seconds; a notice leaves 120 (facts/ec2.md 3). */
const EVERY_MS = 3_000;

type Notice = { readonly kind: 'interruption' | 'rebalance' | 'scheduled'; readonly action_at: string | null };

/** Until the signal aborts. What can't be read now is read at the next look. */
export async function watchNotices(
  { url, token, signal, log }: Platform,
  metadata: Metadata,
  everyMs = EVERY_MS,
): Promise<never> {
  const told = new Set<string>();
  for (;;) {
    for (const notice of await look(metadata)) {
      const name = `${notice.kind} ${notice.action_at}`;
      if (told.has(name)) continue;
      log(`notice: ${name}`);
      await post(`${url}/registry/notices`, token, notice, signal, log);
      told.add(name);
    }
    await wait(everyMs, signal);
  }
}

async function look(metadata: Metadata): Promise<Notice[]> {
  const [action, rebalance, scheduled] = await Promise.all([
    read(metadata, '/latest/meta-data/spot/instance-action'),
    read(metadata, '/latest/meta-data/events/recommendations/rebalance'),
    read(metadata, '/latest/meta-data/events/maintenance/scheduled'),
  ]);
  const notices: Notice[] = [];
  if (action !== null) notices.push({ kind: 'interruption', action_at: timeOf(action, 'time') });
  if (rebalance !== null) notices.push({ kind: 'rebalance', action_at: timeOf(rebalance, 'noticeTime') });
  if (Array.isArray(scheduled)) {
    for (const event of scheduled) {
      const isActive = (event as { readonly State?: unknown } | null)?.State === 'active';
      if (isActive) notices.push({ kind: 'scheduled', action_at: timeOf(event, 'NotBefore') });
    }
  }
  return notices;
}

/** Null where there is nothing: the service answers 404 then. */
async function read(metadata: Metadata, path: string): Promise<unknown> {
  try {
    return JSON.parse(await metadata.get(path));
  } catch {
    return null;
  }
}

function timeOf(content: unknown, field: string): string | null {
  const value = typeof content === 'object' && content !== null ? (content as Record<string, unknown>)[field] : null;
  if (typeof value !== 'string') return null;
  // Some of AWS's times are ISO, some are as in HTTP's headers.
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
