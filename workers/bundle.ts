// The workflow bundle: built ahead for production, bundled at start for development.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type WorkflowBundleOption } from '@temporalio/worker';

/** `npm run build` puts it beside this compiled module. */
const PREBUILT = fileURLToPath(new URL('./workflow-bundle.js', import.meta.url));

const source = (): string => {
  const compiled = import.meta.url.endsWith('.js');
  return fileURLToPath(new URL(compiled ? '../workflows/index.js' : '../workflows/index.ts', import.meta.url));
};

/** Bundling takes a second or more of CPU: a process that starts several workers does it once. */
export async function workflowBundle(): Promise<WorkflowBundleOption> {
  const given = process.env['BERTH_WORKFLOW_BUNDLE'];
  if (given !== undefined && given !== '') return { codePath: given };
  if (existsSync(PREBUILT)) return { codePath: PREBUILT };
  return bundleSource();
}

/** Loaded once per thread rather than once per workflow: none of our modules has a state that workflows could share. */
export const bundleSource = (): Promise<{ code: string }> =>
  bundleWorkflowCode({ workflowsPath: source(), preloadModules: [source()], logger: silent });

const nothing = () => {};
const silent = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
