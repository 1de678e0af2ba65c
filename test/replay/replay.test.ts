// What runs on a server when a worker is replaced by a newer one goes on: histories of every workflow are replayed with the code as
// it is. A change that breaks one needs `patched()` while there are workflows of the old kind; else `npm run replay:record`.

import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { shared } from '../support/servers.ts';
import { type Recorded, readHistories } from './histories.ts';

const replay = ({ history, workflowId }: Recorded): Promise<void> =>
  Worker.runReplayHistory({ workflowBundle: { codePath: shared('WORKFLOW_BUNDLE') } }, history, workflowId);

const histories = await readHistories();

it('there is one of every operation', () => {
  const types = new Set(histories.map(({ name }) => name.split('.')[0]));
  const kinds = ['provision', 'recreate', 'restart', 'pause', 'resume', 'checkpoint', 'recover', 'destroy'];
  expect([...types]).toEqual(expect.arrayContaining([...kinds, 'workspace', 'displayControl']));
});

it.each(histories.map((each) => [each.name, each] as const))('%s', async (_, each) => {
  await expect(replay(each)).resolves.toBeUndefined();
});

it('code that does something else than what was done is found', async () => {
  const recreate = histories.find(({ name }) => name.startsWith('recreate.'))!;
  const scheduled = recreate.history.events!.findLast((event) => event.activityTaskScheduledEventAttributes)!;
  scheduled.activityTaskScheduledEventAttributes!.activityType!.name = 'somethingElse';
  await expect(replay(recreate)).rejects.toThrow(DeterminismViolationError);
});
