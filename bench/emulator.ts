// How fast is the emulator, and does it stay so as what it holds grows? `npm run bench emulator [machines]`:
// its own time per call with 10 to 10,000 instances, machines inside its process, and the start to the first answer.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callsAsItGrows } from './emulator/calls.ts';
import { startToListening } from './emulator/listening.ts';
import { machinesInline } from './emulator/machines.ts';
import { row } from './figures.ts';

const machines = Number(process.argv[2] ?? 1_000);
if (!Number.isInteger(machines) || machines < 0) throw new Error('usage: npm run bench emulator [machines]');

const folder = await mkdtemp(join(tmpdir(), 'berth-bench-'));
try {
  const listening = await startToListening(folder, 5);
  console.log(row('start to listening', listening));
  const grown = await callsAsItGrows(join(folder, 'calls'), [10, 100, 1_000, 10_000]);
  for (const { instances, call, figures } of grown) console.log(row(`${call} at ${instances}`, figures));
  const online = await machinesInline(join(folder, 'machines'), machines);
  console.log(
    `${online.machines} inline machines registered and beating: ${online.rssMib} MiB resident, of it ${online.beforeMib} MiB before them`,
  );
  console.log(JSON.stringify({ bench: 'emulator', at: new Date().toISOString(), listening, grown, online }));
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);
