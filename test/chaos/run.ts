// npm run chaos: all faults at all boundaries, and ten times the random sequences. `--seed N` plays one sequence again.

import { Command, InvalidArgumentError } from 'commander';

const whole = (value: string): string => {
  if (!/^-?\d{1,9}$/.test(value)) throw new InvalidArgumentError('it is a whole number.');
  return value;
};
const { seed, case: text } = new Command('npm run chaos --')
  .description(
    'Goes through every fault at every boundary of every operation, and through random sequences; takes about half an hour.',
  )
  .option('--seed <number>', 'plays only the random sequence of this seed, as a failure names it', whole)
  .option('--case <text>', 'tries only the faults whose names have this text, as a failure names them')
  .parse()
  .opts<{ seed?: string; case?: string }>();

process.env['CHAOS'] = 'full';
if (seed !== undefined) process.env['CHAOS_SEED'] = seed;
if (text !== undefined) process.env['CHAOS_CASE'] = text;
const only = seed !== undefined ? 'random sequences' : text !== undefined ? 'every boundary' : 'survives';
process.argv.splice(2, process.argv.length, 'test/chaos/(operations|entities).test.ts', '-t', only);
await import('../run.ts');
