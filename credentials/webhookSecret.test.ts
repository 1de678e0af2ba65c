// A webhook's secret and signature: as the specification has them, and as its own library verifies them.

import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { signatureHeaders, webhookSecret } from './webhookSecret.ts';

const [server, id] = ['s'.repeat(32), '0b0e7f5e-9a5a-4d0e-8a39-5f6d2f6f3a11'];
const secret = webhookSecret(server, id, 1);
/** The library's own words. */
const REFUSED = /No matching signature|Message timestamp too old/i;
const now = () => Math.floor(Date.now() / 1000);

it("signs as the specification's example", () => {
  const content = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' };
  expect(signatureHeaders(content, ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])).toEqual({
    'webhook-id': content.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

it('is the same for the same version, 32 bytes long, and another for any other', () => {
  expect(webhookSecret(server, id, 1)).toBe(secret);
  expect(Buffer.from(secret.slice('whsec_'.length), 'base64')).toHaveLength(32);
  const others = [webhookSecret(server, id, 2), webhookSecret('t'.repeat(32), id, 1), webhookSecret(server, 'x', 1)];
  expect(new Set([secret, ...others]).size).toBe(4);
});

it('is accepted by whoever has the new secret or the one before, and by nobody else', () => {
  const before = webhookSecret(server, id, 0);
  const body = JSON.stringify({ said: 'é', n: 1 });
  const headers = signatureHeaders({ id: randomUUID(), timestamp: now(), body }, [secret, before]);
  for (const known of [secret, before]) expect(new Webhook(known).verify(body, headers)).toEqual({ said: 'é', n: 1 });
  expect(() => new Webhook(webhookSecret(server, id, 2)).verify(body, headers)).toThrow(REFUSED);
});

it('covers the id, the time and every byte of the body', () => {
  const content = { id: randomUUID(), timestamp: now(), body: '{"a":1}' };
  const headers = signatureHeaders(content, [secret]);
  const verify = (body: string, changed: object) => new Webhook(secret).verify(body, { ...headers, ...changed });
  expect(verify(content.body, {})).toEqual({ a: 1 });
  expect(() => verify('{"a": 1}', {})).toThrow(REFUSED);
  expect(() => verify(content.body, { 'webhook-id': randomUUID() })).toThrow(REFUSED);
  expect(() => verify(content.body, { 'webhook-timestamp': String(content.timestamp + 1) })).toThrow(REFUSED);
});

it('is refused when it is old', () => {
  const content = { id: randomUUID(), timestamp: now() - 3_600, body: '{}' };
  expect(() => new Webhook(secret).verify('{}', signatureHeaders(content, [secret]))).toThrow(REFUSED);
});
