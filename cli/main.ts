// The `berth` command: one entry for every process of Berth.

import type { EmulatorCommand } from './emulator.ts';
import { Command } from 'commander';
import { InvalidSettings } from '../config/settings.ts';
import { PartFailed } from './stack/part.ts';

const berth = new Command('berth').description('One EC2 machine per AI-agent workspace').showHelpAfterError();

berth
  .command('api')
  .description('serve the API')
  .action(async () => (await import('./api.ts')).runApi());
berth
  .command('worker')
  .description('serve the workflows and their activities')
  .option('--check', 'say whether a worker of this host polls, and end')
  .action(async ({ check }: { check?: boolean }) =>
    check ? (await import('./checkWorker.ts')).runCheckWorker() : (await import('./worker.ts')).runWorker(),
  );
berth
  .command('migrate')
  .description('bring the database to the newest schema')
  .action(async () => (await import('./migrate.ts')).runMigrate());
berth
  .command('emulator')
  .description('serve a local AWS')
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--port <port>', 'port to listen on, 0 = any free one', '0')
  .option('--data <folder>', 'where all state is kept; without it nothing is')
  .option('--seed <text>', 'the same seed and calls make the same ids, prices and draws')
  .option('--clock <speed>', 'real, stepped, or a factor: 60 = a minute in a second', 'real')
  .option('--machines <kind>', 'what instances run: process, inline, never, crash, mute')
  .option('--read-lag <ms>', 'how old is what describe calls see')
  .option('--throttle', "run into AWS's request limits")
  .action(async (options: EmulatorCommand) => (await import('./emulator.ts')).runEmulator(options));
berth
  .command('images')
  .description('the registry of images: list them, try newer ones now, go back, go on')
  .argument('[action]', 'list, refresh, rollback, resume', 'list')
  .argument('[variant]', 'as listed: ubuntu/24.04/x86_64')
  .action(async (action: string, variant?: string) => (await import('./images.ts')).runImages(action, variant));
berth
  .command('dev')
  .description('start everything and leave it up until Ctrl-C')
  .action(async () => (await import('./dev.ts')).runDev());
berth
  .command('demo')
  .description('show a workspace go online and be removed')
  .action(async () => (await import('./demo/demo.ts')).runDemo());
const quotas = berth.command('quotas').description('what the AWS account may run, and the request for more of it');
const apiOption = ['--api <url>', 'where the API is; else $API, else HOST and PORT'] as const;
quotas
  .command('list', { isDefault: true })
  .description('limits, use and open requests, in vCPUs')
  .option(...apiOption)
  .action(async ({ api }: { api?: string }) => (await import('./quotas.ts')).runQuotasList(api));
quotas
  .command('request <code> <desired>')
  .description('ask AWS to raise a quota to so many vCPUs in all')
  .option(...apiOption)
  .action(async (code: string, desired: string, { api }: { api?: string }) =>
    (await import('./quotas.ts')).runQuotasRequest(code, desired, api),
  );

try {
  await berth.parseAsync();
} catch (error) {
  // A sentence for a setting that is wrong or a part that is gone; the whole stack for what we did not expect.
  console.error(error instanceof InvalidSettings || error instanceof PartFailed ? error.message : error);
  process.exit(1);
}
