// What a receiver gets: the same bytes at every attempt, under the time of that attempt, signed with every version that is good.

import { Webhook } from 'standardwebhooks';
import { webhookSecret } from '../credentials/webhookSecret.ts';
import { type Told, webhookMessage } from './message.ts';

const server = 's'.repeat(32);
const told: Told = {
  id: '5c1e0a52-9a5a-4d0e-8a39-5f6d2f6f3a11',
  webhook_id: '0b0e7f5e-9a5a-4d0e-8a39-5f6d2f6f3a11',
  secret_version: 3,
  signs_with_previous: false,
  event_id: '9d2f7f5e-9a5a-4d0e-8a39-5f6d2f6f3a11',
  seq: 7,
  event_type: 'WORKSPACE_ONLINE',
  workspace_id: '1b0e7f5e-9a5a-4d0e-8a39-5f6d2f6f3a11',
  payload: { url: 'http://10.0.0.1' },
  occurred_at: new Date('2026-11-24T00:00:00Z'),
};
const nowMs = Date.now();
const opens = (version: number, { body, headers }: ReturnType<typeof webhookMessage>): boolean => {
  try {
    new Webhook(webhookSecret(server, told.webhook_id, version)).verify(body, headers);
    return true;
  } catch {
    return false;
  }
};
const openedBy = (message: ReturnType<typeof webhookMessage>) => [1, 2, 3, 4].filter((each) => opens(each, message));

it('is the event as the events API has it, and its place', () => {
  const { body, headers } = webhookMessage(told, server, nowMs);
  expect(JSON.parse(body)).toEqual({
    id: told.event_id,
    seq: 7,
    event_type: 'WORKSPACE_ONLINE',
    workspace_id: told.workspace_id,
    payload: told.payload,
    created_at: '2026-11-24T00:00:00.000Z',
  });
  expect(headers).toMatchObject({ 'webhook-id': told.id, 'webhook-timestamp': String(Math.floor(nowMs / 1000)) });
});

it('has the same bytes later, and another time and signature', () => {
  const [first, second] = [webhookMessage(told, server, nowMs), webhookMessage(told, server, nowMs + 5_000)];
  expect(second.body).toBe(first.body);
  expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
  expect(second.headers['webhook-signature']).not.toBe(first.headers['webhook-signature']);
});

it('is signed with the newest version, and with the one before only while that is good', () => {
  expect(openedBy(webhookMessage(told, server, nowMs))).toEqual([3]);
  expect(openedBy(webhookMessage({ ...told, signs_with_previous: true }, server, nowMs))).toEqual([2, 3]);
  expect(openedBy(webhookMessage({ ...told, secret_version: 1, signs_with_previous: true }, server, nowMs))).toEqual([
    1,
  ]);
});
