// The addresses of a receiver's name, as far as they need no name server.

import { addressesOf } from './addresses.ts';

const { signal } = new AbortController();

it.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::1', '::1'],
  ['localhost', '127.0.0.1'],
  ['hooks.localhost', '127.0.0.1'],
])('%s is at %s', async (host, address) => {
  expect(await addressesOf(host, signal)).toEqual([address]);
});

it('a look-up that is called off ends at once', async () => {
  const aborting = new AbortController();
  const looking = addressesOf('hooks.invalid', aborting.signal);
  aborting.abort();
  await expect(looking).rejects.toMatchObject({ code: expect.stringMatching(/^E/) });
});
