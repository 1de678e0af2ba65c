// How long a viewer sees on after the token that they watch by is revoked: from the call to the close of their socket.

import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { Conversation } from '../../rfb/dialogue.ts';
import { enter } from '../../rfb/handshake.ts';
import { addOrgToken, revokeOrgToken } from '../../store/orgTokens.ts';
import type { Database } from '../../store/pool.ts';
import { benchTickets, ORIGIN, PATH } from './rows.ts';

export type RevokesOptions = {
  readonly db: Database;
  readonly secret: string;
  /** Of the proxy. */
  readonly port: number;
  readonly count: number;
};

/** Milliseconds, one after the other. The desktop of the workspace is still meanwhile. */
export async function revokeDelays({ db, secret, port, count }: RevokesOptions): Promise<number[]> {
  const delays: number[] = [];
  for (let n = 0; n < count; n++) {
    const token = { id: randomUUID(), tenantId: 'default', hash: randomBytes(32), prefix: `bench-${n}` };
    await addOrgToken(db, { ...token, name: token.prefix, createdBy: 'bench' });
    const [ticket] = await benchTickets(db, secret, 1, `org-token:${token.prefix}`);
    const socket = await watching(port, ticket!);
    const closed = once(socket, 'close');
    const revokedAt = performance.now();
    await revokeOrgToken(db, token.tenantId, token.id);
    const [code] = (await closed) as [number];
    if (code !== 4001) throw new Error(`closed with ${code}`);
    delays.push(performance.now() - revokedAt);
  }
  return delays;
}

/** Open, and past the handshake. */
async function watching(port: number, ticket: string): Promise<WebSocket> {
  const protocols = ['binary', `molecule-display-token.${ticket}`];
  const socket = new WebSocket(`ws://127.0.0.1:${port}${PATH}`, protocols, { origin: ORIGIN });
  const handshake = new Conversation(enter(null), (said) => socket.send(said));
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', function hear(said: Buffer) {
      if (handshake.hear(said) === null) return;
      socket.off('message', hear);
      resolve();
    });
    handshake.hear();
  });
  return socket;
}
