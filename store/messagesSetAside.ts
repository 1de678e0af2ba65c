// Messages of the event queue that nobody understands: kept for a person to look at, out of the way of the others.

import type { Queryable } from './pool.ts';

/** As much as a person needs to see of one. */
const MOST_CHARACTERS = 4_000;

export async function setAside(db: Queryable, messageId: string, body: string, because: string): Promise<void> {
  await db.query(
    `insert into messages_set_aside (message_id, body, because) values ($1, $2, $3) on conflict (message_id) do nothing`,
    [messageId, body.slice(0, MOST_CHARACTERS).replaceAll('\u0000', ''), because.slice(0, MOST_CHARACTERS)],
  );
}

export type MessageSetAside = {
  readonly message_id: string;
  readonly body: string;
  readonly because: string;
  readonly set_aside_at: Date;
};

/** The newest first. */
export async function messagesSetAside(db: Queryable, limit: number): Promise<MessageSetAside[]> {
  const { rows } = await db.query(`select * from messages_set_aside order by set_aside_at desc, message_id limit $1`, [
    limit,
  ]);
  return rows;
}
