// `berth dev`: starts every part, says where each is, and leaves them up until Ctrl-C.

import { resolve } from 'node:path';
import { endOrderly } from './lifetime.ts';
import { describeAws, progressOn } from './progress.ts';
import { removeDevFile, writeDevFile } from './stack/devFile.ts';
import { awsTarget } from './stack/aws.ts';
import { startStack } from './stack/stack.ts';

/** The parts have their own limits; this is for all of them together. */
const FORCE_MS = 30_000;

export async function runDev(): Promise<void> {
  const progress = progressOn(process.stdout);
  progress.title('Berth');
  progress.line(describeAws(awsTarget(process.env)));
  const folder = resolve(process.env['BERTH_DATA_DIR'] || '.berth');

  // A Ctrl-C while it starts must end what has started by then.
  const starting = startStack({ onStep: progress.onStep });
  let ending = false;
  const stop = async (): Promise<void> => {
    ending = true;
    const started = await starting.catch(() => null);
    await removeDevFile(folder);
    await started?.stop();
    progress.line('stopped; nothing is left running');
  };
  endOrderly(stop, FORCE_MS);
  const stack = await starting;
  if (ending) return;
  const file = await writeDevFile(folder, stack);

  progress.title('Everything is up. Ctrl-C ends it.');
  console.log(`  API          ${stack.apiUrl}`);
  console.log(`  Temporal UI  ${stack.temporalUiUrl ?? '(that of your own server)'}`);
  console.log(`  Temporal     ${stack.temporalAddress}`);
  if (stack.emulatorUrl !== null)
    console.log(`  Emulator     ${stack.emulatorUrl}   ledger: ${stack.emulatorUrl}/_emulator/ledger`);
  console.log(`  Logs         ${stack.runFolder}`);
  console.log(`  Details      ${file}`);
  console.log(`\n  export API=${stack.apiUrl} ADMIN_TOKEN=${stack.adminToken}`);

  const broken = await stack.broken;
  if (ending) return;
  console.error(`${broken} ended unexpectedly; see ${stack.runFolder}/${broken}.log`);
  await removeDevFile(folder);
  await stack.stop();
  process.exit(1);
}
