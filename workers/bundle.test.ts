// What the workflow bundle must not carry: anything that is not deterministic, or that makes every replay slower.

import { readFile } from 'node:fs/promises';
import { shared } from '../test/support/servers.ts';

it('has our workflows, and neither validation, database, AWS nor Node in it', async () => {
  const bundle = await readFile(shared('WORKFLOW_BUNDLE'), 'utf8');
  for (const file of ['workspace.ts', 'provision.ts', 'destroy.ts']) expect(bundle).toContain(`/workflows/${file}`);
  for (const foreign of [
    'node_modules/zod/',
    'node_modules/pg/',
    '@aws-sdk/',
    '/store/',
    '/activities/',
    'node:crypto',
  ]) {
    expect(bundle).not.toContain(foreign);
  }
});
