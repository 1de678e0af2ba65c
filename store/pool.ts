// The connection to Postgres: one pool per process, and one transaction at a time on a client of it.

import { types } from 'node:util';
import pg from 'pg';

export type Database = pg.Pool;
/** What a query needs: the pool itself, or the client of an open transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

// int8: seq and version stay far below 2^53, and a number is what every caller wants.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** @param max connections; a worker's activities and an API's requests hold one for milliseconds each. */
export function connect(
  databaseUrl: string,
  { max = 10, onError }: { max?: number; onError?: (error: Error) => void } = {},
): Database {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max,
    // A query that waits longer than this for a connection fails and is retried by its caller, rather than hang a request.
    connectionTimeoutMillis: 5_000,
    // A server that is gone without a word (lost network) must not hold an activity until TCP gives up.
    query_timeout: 15_000,
    keepAlive: true,
  });
  // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
  pool.on('error', (error) => onError?.(error));
  return pool;
}

export async function transaction<Result>(
  db: Database,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await db.connect();
  let broken = false;
  // A connection that breaks between two queries says so by an event; without a listener that would end the process.
  const onError = (): void => {
    broken = true;
  };
  client.on('error', onError);
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

/** True for failures to reach or keep a connection, and for a deadlock: they say nothing about the query itself, asked again it works. */
export function isUnavailable(error: unknown): boolean {
  // Whichever realm made it: Node's own errors are of another one than a test's.
  if (!types.isNativeError(error)) return false;
  const { code } = error as { code?: string };
  if (code !== undefined) return PASSING_CODES.test(code);
  return /connection terminated|timeout exceeded|client has encountered a connection error|query read timeout/i.test(
    error.message,
  );
}

/** SQLSTATE classes 08, 53 and 57P (server going or gone), 40P01 (given up in a deadlock), and Node's socket errors. */
const PASSING_CODES =
  /^(08...|40P01|53...|57P0\d|ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|E(HOST|NET)(UNREACH|DOWN))$/;
