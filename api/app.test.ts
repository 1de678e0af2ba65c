// Whatever a request meets, its caller is answered in words.

import { connect } from 'node:net';
import pino from 'pino';
import { readSettings } from '../config/settings.ts';
import { createApp } from './app.ts';
import type { ApiDependencies } from './context.ts';

const ADMIN_TOKEN = 'a'.repeat(32);

/** Postgres answers so. */
const answering = (query: () => Promise<never>): Promise<Response> => {
  const settings = readSettings(
    { DATABASE_URL: 'postgres://127.0.0.1/none', ADMIN_TOKEN, BERTH_SERVER_SECRET: 's'.repeat(32) },
    ['DATABASE_URL', 'ADMIN_TOKEN', 'BERTH_SERVER_SECRET'],
  );
  const app = createApp({ db: { query }, settings, log: pino({ level: 'silent' }) } as unknown as ApiDependencies);
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  return Promise.resolve(app.request('/workspaces', { headers }));
};

it('an error of a socket, which is of another realm than what it passes through, says that it is worth another try', async () => {
  const response = await answering(() => new Promise((_, reject) => connect(1, '127.0.0.1').on('error', reject)));
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ code: 'platform_unavailable', next_step: expect.any(String) });
});

it('what is thrown and is no error at all is ours, and has the number to ask about', async () => {
  const response = await answering(() => Promise.reject('gone'));
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ code: 'INTERNAL', request_id: response.headers.get('x-request-id') });
});
