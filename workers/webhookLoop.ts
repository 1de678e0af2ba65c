// Empties the outbox of webhooks: at once when an event is written, then whenever the time of a delivery has come. An outbox and no
// workflow: what is sent is in Postgres already, with the event itself, and a delivery is one call that nothing has to be undone for.

import type { Logger } from 'pino';
import type { SettingsWith } from '../config/settings.ts';
import { type DeliveryFailure, retryInMs } from '../domain/webhook.ts';
import { listen } from '../store/listen.ts';
import type { Database } from '../store/pool.ts';
import { WEBHOOK_CHANNEL } from '../store/webhookDeliveries.ts';
import {
  claimDeliveries,
  type ClaimedDelivery,
  pruneDeliveries,
  recordDelivered,
  recordFailedAttempt,
} from '../store/webhookOutbox.ts';
import { attemptDelivery } from '../webhooks/attempt.ts';
import { webhookMessage } from '../webhooks/message.ts';
import { receiverRules } from '../webhooks/receivers.ts';

export type WebhookLoop = { stop(): Promise<void> };
export type WebhookLoopOptions = {
  readonly db: Database;
  readonly settings: SettingsWith<'BERTH_SERVER_SECRET'>;
  readonly log: Logger;
};

/** Attempts at the same time; each is a socket that waits. */
const PLACES = 64;
/** Of them for receivers whose last attempt failed: those that answer are never kept waiting by those that do not. */
const PLACES_OF_FAILING = 24;
/** Beyond the attempt itself, to write down what came of it. */
const LEASE_SLACK_MS = 5_000;
/** What is old is old for days. */
const PRUNE_EVERY_MS = 3_600_000;

export async function startWebhookLoop({ db, settings, log }: WebhookLoopOptions): Promise<WebhookLoop> {
  const { WEBHOOK_TIMEOUT_MS: timeoutMs, WEBHOOK_INTERVAL_MS: intervalMs } = settings;
  const rules = receiverRules(settings);
  const underWay = { answering: new Set<Promise<void>>(), failing: new Set<Promise<void>>() };
  let stopped = false;
  let again = false;
  let looking: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  let prunedAtMs = 0;

  const wake = (): void => {
    if (stopped) return;
    again = true;
    looking ??= lookWhileAsked().finally(() => {
      looking = null;
    });
  };
  const lookWhileAsked = async (): Promise<void> => {
    while (again && !stopped) {
      again = false;
      clearTimeout(timer);
      try {
        await take(underWay.answering, false, PLACES - PLACES_OF_FAILING);
        await take(underWay.failing, true, PLACES_OF_FAILING);
        await prune();
      } catch (error) {
        log.warn({ err: error }, 'the outbox of webhooks can not be read; the next look is on its interval');
      }
    }
    if (!stopped) timer = setTimeout(wake, intervalMs);
  };

  async function take(taken: Set<Promise<void>>, isFailing: boolean, places: number): Promise<void> {
    const claimed = await claimDeliveries(db, {
      isFailing,
      limit: places - taken.size,
      leaseMs: timeoutMs + LEASE_SLACK_MS,
    });
    for (const delivery of claimed) {
      const sending = deliver(delivery)
        // Not written down: its lease ends, and it is sent again.
        .catch((error: unknown) => log.warn({ err: error, delivery_id: delivery.id }, 'a delivery was not settled'))
        .finally(() => {
          taken.delete(sending);
          // The place is free, and what waited for this one may go.
          wake();
        });
      taken.add(sending);
    }
  }

  async function deliver(delivery: ClaimedDelivery): Promise<void> {
    const { id, url } = delivery;
    const message = webhookMessage(delivery, settings.BERTH_SERVER_SECRET, Date.now());
    const came = await attemptDelivery({ url, ...message, timeoutMs, rules });
    if (!('code' in came)) return recordDelivered(db, id, came.status);
    return failed(delivery, came);
  }

  async function failed(
    { id, attempts, tenant_id, event_type }: ClaimedDelivery,
    failure: DeliveryFailure,
  ): Promise<void> {
    const { WEBHOOK_RETRY_FIRST_MS: firstMs, WEBHOOK_RETRY_LONGEST_MS: longestMs } = settings;
    const became = await recordFailedAttempt(db, {
      id,
      attempts,
      failure,
      retryInMs: retryInMs(attempts, { firstMs, longestMs }, Math.random(), failure.askedMs),
      giveUpSeconds: settings.WEBHOOK_GIVE_UP_SECONDS,
      disables: failure.code === 'WEBHOOK_GONE',
    });
    if (became !== 'failed') return;
    const { code, status } = failure;
    log.warn({ delivery_id: id, tenant_id, event_type, attempts, code, status }, 'a delivery was set aside');
  }

  async function prune(): Promise<void> {
    if (Date.now() - prunedAtMs < PRUNE_EVERY_MS) return;
    prunedAtMs = Date.now();
    await pruneDeliveries(db, settings.WEBHOOK_DELIVERY_DAYS);
  }

  const subscription = await listen(db, WEBHOOK_CHANNEL, { onNotice: wake, onGap: wake, retryMs: 1_000 });
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await subscription.close();
      await looking;
      await Promise.all([...underWay.answering, ...underWay.failing]);
    },
  };
}
