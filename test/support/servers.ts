// What the whole run of the tests shares; made in globalSetup, ended in globalTeardown.

import type { Part } from '../../cli/stack/part.ts';

export type TestServers = { readonly folder: string; readonly parts: Part[] };

declare global {
  var berthTestServers: TestServers | undefined;
}

/** What globalSetup left in the environment. */
export function shared(name: 'DATABASE_URL' | 'TEMPORAL_ADDRESS' | 'WORKFLOW_BUNDLE'): string {
  const value = process.env[`BERTH_TEST_${name}`];
  if (value === undefined) throw new Error(`BERTH_TEST_${name} is not set: run this through \`npm test\``);
  return value;
}
