// A worker in a process of its own, so that a test can kill it.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ownModule, type Part, startPart } from '../../cli/stack/part.ts';
import type { Berth } from './berth.ts';

/** Polls the test's task queue when this resolves. */
export const startWorkerProcess = (berth: Berth): Promise<Part> =>
  startPart({
    name: 'worker',
    args: [...ownModule('../main.ts'), 'worker'],
    env: berth.env,
    readyLine: /worker polling/,
    logFile: join(berth.folder, `worker-${randomBytes(3).toString('hex')}.log`),
  });
