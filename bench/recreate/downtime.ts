// The time in which a recreate serves nobody, and what it does in that time.

import type { Database } from '../../store/pool.ts';
import type { Berth } from '../../test/support/berth.ts';
import { operationsOf } from '../../test/support/operations.ts';
import type { MachineTime } from './machineTime.ts';

/** Downtime, and how much of it passed on the machines. */
export async function timeMove(
  berth: Berth,
  db: Database,
  id: string,
  machines: MachineTime,
): Promise<{ readonly downMs: number; readonly onMachinesMs: number }> {
  const operation = await operationsOf(berth).run(id, 'recreate');
  if (operation.status !== 'succeeded')
    throw new Error(`the recreate ${operation.status}: ${operation.failure?.error}`);
  const operationId = String(operation['id']);
  return { downMs: await downtimeOf(db, operationId), onMachinesMs: await machines.of(db, operationId) };
}

/** From the order to rest to the event that says "online", ms, by the database's clock. */
export async function downtimeOf(db: Database, operationId: string): Promise<number> {
  const { rows } = await db.query(
    `select extract(epoch from max(created_at) filter (where event_type = 'WORKSPACE_ONLINE')
       - min(created_at) filter (where payload->>'order' = 'quiesce')) * 1000 as ms
     from structure_events where payload->>'operation_id' = $1`,
    [operationId],
  );
  return Number(rows[0].ms);
}

/** Of the operation's history between the two: activities, and signals from outside that each of them led to. */
export async function stepsOfMove(
  berth: Berth,
  id: string,
  operationId: string,
): Promise<{ readonly activities: number; readonly waits: number }> {
  const handle = berth.temporal.workflow.getHandle(`workspace/${id}/recreate/${operationId}`);
  const { events = [] } = await handle.fetchHistory();
  const order = events!.findIndex(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'orderMachine',
  );
  // The last signal before the entity is told is the registration.
  const told = events!.findIndex(
    (event) => event.signalExternalWorkflowExecutionInitiatedEventAttributes?.signalName === 'serviceRestored',
  );
  const between = events!.slice(order, told);
  return {
    activities: between.filter((event) => event.activityTaskScheduledEventAttributes).length,
    waits: between.filter((event) => event.workflowExecutionSignaledEventAttributes).length,
  };
}
