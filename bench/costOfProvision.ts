// What one provision writes into Temporal: activities, history events and the actions that Temporal Cloud bills.

import type { Berth } from '../test/support/berth.ts';

export type Cost = { readonly activities: number; readonly events: number; readonly actions: number };

/** Events that count as an action (facts/temporal.md 2.3). */
const ACTIONS = [
  'workflowExecutionStartedEventAttributes',
  'startChildWorkflowExecutionInitiatedEventAttributes',
  'activityTaskScheduledEventAttributes',
  'timerStartedEventAttributes',
  'workflowExecutionSignaledEventAttributes',
  'workflowExecutionUpdateAcceptedEventAttributes',
  'upsertWorkflowSearchAttributesEventAttributes',
  'markerRecordedEventAttributes',
];

/** Of workflows: the entity's first run, the run that it continued as, and the operation. */
const RUNS = 3;

export async function costOfProvision(berth: Berth): Promise<Cost> {
  const { id } = await berth.user.call<{ id: string }>('POST', '/workspaces', { name: 'counted' });
  await berth.untilEvent(id, 'WORKSPACE_ONLINE');
  const query = `WorkflowId STARTS_WITH "workspace/${id}"`;
  while ((await berth.temporal.workflow.count(query)).count < RUNS)
    await new Promise((resolve) => setTimeout(resolve, 50));
  let [activities, events, actions] = [0, 0, 0];
  for await (const { workflowId, runId } of berth.temporal.workflow.list({ query })) {
    const history = await berth.temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    for (const event of history.events ?? []) {
      events += 1;
      if (ACTIONS.some((name) => Reflect.get(event, name))) actions += 1;
      if (event.activityTaskScheduledEventAttributes) activities += 1;
    }
  }
  return { activities, events, actions };
}
