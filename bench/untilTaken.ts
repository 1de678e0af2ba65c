// A command as a client gives it to a busy system: asked again under its key where no worker had time to confirm it.

import type { Berth } from '../test/support/berth.ts';

export async function untilTaken<Answer>({ user }: Berth, path: string, body: object): Promise<Answer> {
  const key = { 'idempotency-key': crypto.randomUUID() };
  for (;;) {
    try {
      return await user.call<Answer>('POST', path, body, key);
    } catch (error) {
      if (!/ answered 50[34]:/.test(String(error))) throw error;
    }
  }
}

export async function createdOnline(berth: Berth, name: string): Promise<void> {
  const { id } = await untilTaken<{ id: string }>(berth, '/workspaces', { name });
  await berth.untilEvent(id, 'WORKSPACE_ONLINE');
}
