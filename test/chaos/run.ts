// npm run chaos: all faults at all boundaries, and ten times the random sequences. `--seed N` plays one sequence again.

import { Command, InvalidArgumentError } from 'commander';

const whole = (value: string): string => {
  if (!/^-?\d{1,9}$/.test(value)) throw new InvalidArgumentError('it is a whole number.');
  return value;
};
const { seed } = new Command('npm run chaos --')
  .description(
    'Goes through every fault at every boundary of every operation, and through random sequences; takes about half an hour.',
  )
  .option('--seed <number>', 'plays only the random sequence of this seed, as a failure names it', whole)
  .parse()
  .opts<{ seed?: string }>();

process.env['CHAOS'] = 'full';
if (seed !== undefined) process.env['CHAOS_SEED'] = seed;
const only = seed === undefined ? ['survives'] : ['random sequences'];
process.argv.splice(2, process.argv.length, 'test/chaos/operations.test.ts', '-t', ...only);
await import('../run.ts');
