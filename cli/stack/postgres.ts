// Starts an embedded Postgres as a part of the stack.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { onFreePorts } from './freePort.ts';
import { ownModule, type Part, startPart } from './part.ts';

export type RunningPostgres = { readonly url: string; readonly part: Part };

/** @param durable false for data that need not survive a crash of the machine. */
export const startPostgres = ({ logDir, durable }: { logDir: string; durable: boolean }): Promise<RunningPostgres> =>
  onFreePorts(1, async ([port]) => {
    const password = randomBytes(16).toString('hex');
    const part = await startPart({
      name: 'postgres',
      args: [...ownModule('./postgresHost.ts'), String(port), durable ? 'durable' : 'fast'],
      env: { POSTGRES_HOST_PASSWORD: password },
      readyLine: /postgres ready/,
      logFile: join(logDir, 'postgres.log'),
    });
    return { url: `postgresql://berth:${password}@127.0.0.1:${port}/postgres`, part };
  });
