// Workspaces and their operations as a test drives them, over HTTP.

import type { Berth } from './berth.ts';
import { writeHome } from './home.ts';
import { until } from './until.ts';

export type Online = { readonly id: string; readonly instance: string; readonly volume: string; readonly zone: string };
export type Operation = Record<string, unknown> & {
  readonly status: 'running' | 'succeeded' | 'failed' | 'cancelled';
  readonly failure: { readonly code: string; readonly error: string } | null;
  readonly steps: readonly Record<string, unknown>[];
  readonly candidates: readonly Record<string, unknown>[];
};
export type Read = {
  readonly status: string;
  readonly phase: string;
  readonly generation: number;
  readonly machine: { readonly instance_id: string; readonly zone: string; readonly instance_type: string } | null;
  readonly home: { readonly volume_id: string } | null;
  readonly failure: { readonly code: string } | null;
};

/** A home that is worth keeping. */
export const FILES = { '.config/google-chrome/Cookies': 'session=1', 'work/notes.txt': 'half a page', 'empty.txt': '' };

export function operationsOf(berth: Berth) {
  const { user } = berth;

  /** Online, with FILES in its home. */
  async function online(name: string, body: object = {}): Promise<Online> {
    const { id } = await user.call<{ id: string }>('POST', '/workspaces', { name, ...body });
    const { payload } = (await berth.untilEvent(id, 'WORKSPACE_ONLINE')).at(-1)!;
    const volume = String(payload['home_volume_id']);
    await writeHome(berth, volume, FILES);
    return { id, instance: String(payload['instance_id']), volume, zone: String(payload['zone']) };
  }

  const read = (id: string): Promise<Read> => user.call<Read>('GET', `/workspaces/${id}`);

  function ended(id: string, operationId: unknown, everyMs?: number): Promise<Operation> {
    const read = () => user.call<Operation>('GET', `/workspaces/${id}/operations/${String(operationId)}`);
    return until(read, ({ status }) => status !== 'running', everyMs);
  }

  return {
    online,
    ended,
    /** Asks for it and waits for its end. */
    async run(id: string, command: string, body: object = {}): Promise<Operation> {
      const { operation_id } = await user.call('POST', `/workspaces/${id}/${command}`, body);
      return ended(id, operation_id);
    },
    read,
    /** Reads it until it is so. `Seen`: what more of it is looked at. */
    untilRead: <Seen extends Read = Read>(id: string, isSo: (seen: Seen) => boolean): Promise<Seen> =>
      until(() => read(id) as Promise<Seen>, isSo),
    /** Its instances that cost money. */
    alive: (id: string) =>
      berth
        .instances()
        .filter((entry) => entry.tags['WorkspaceID'] === id && entry.billable)
        .map((entry) => entry.id),
    volumes: (id: string) =>
      berth
        .billable()
        .filter((entry) => entry.kind === 'volume' && entry.tags['berth:volume'] === 'home')
        .filter((entry) => entry.tags['WorkspaceID'] === id)
        .map((entry) => entry.id),
  };
}
