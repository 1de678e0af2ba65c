// An acquire is one update that is written before it is answered: how much more than an update on a workflow that writes nothing?

import { WithStartWorkflowOperation } from '@temporalio/client';
import type { ControlRequest } from '../../domain/control-lock.ts';
import { controlUpdate, displayControlWorkflowId, displayRevokedSignal } from '../../workflows/messages.ts';
import type { WorkspaceId } from '../../domain/ids.ts';
import type { Berth } from '../../test/support/berth.ts';
import type { desktopsOf } from '../../test/support/desktop.ts';
import { type Figures, figuresOf, row } from '../figures.ts';
import { FLOOR_QUEUE } from './floorQueue.ts';
import { closeSignal, touchUpdate } from '../floor/control.ts';

const WARM_UP = 10;

export async function acquires(
  berth: Berth,
  on: ReturnType<typeof desktopsOf>,
  rounds: number,
): Promise<{ bare: Figures; ours: Figures }> {
  const { temporal } = berth;
  const id = (await on.online('acquired')) as WorkspaceId;
  const floor = await temporal.workflow.start('floorControl', { taskQueue: FLOOR_QUEUE, workflowId: `floor-${id}` });
  await floor.executeUpdate(touchUpdate);
  await temporal.workflow.executeUpdateWithStart(controlUpdate, {
    startWorkflowOperation: startOf(),
    args: [asSomebody('session:a')],
  });
  const control = temporal.workflow.getHandle(displayControlWorkflowId(id));
  const [bare, ours]: [number[], number[]] = [[], []];
  for (let round = -WARM_UP; round < rounds; round++) {
    // Parked, so that it goes on to live, and is nobody's: each acquire is a grant.
    await control.signal(displayRevokedSignal, { operationId: id as never, generation: 1, isForGood: false });
    const a = performance.now();
    await floor.executeUpdate(touchUpdate);
    const b = performance.now();
    await control.executeUpdate(controlUpdate, {
      args: [asSomebody('session:a')],
    });
    const c = performance.now();
    if (round < 0) continue;
    bare.push(b - a);
    ours.push(c - b);
  }
  await floor.signal(closeSignal);
  const fresh = await fromNothing();
  const [f, o] = [figuresOf(bare), figuresOf(ours)];
  console.log(row('bare update', f));
  console.log(row('a grant', o));
  console.log(row('a grant, with its start', fresh));
  console.log(
    `grant over the update: p50 ${(o.p50 / f.p50).toFixed(2)}, p99 ${(o.p99 / f.p99).toFixed(2)} (2 or less)`,
  );
  return { bare: f, ours: o };

  function startOf() {
    return new WithStartWorkflowOperation('displayControl', {
      workflowId: displayControlWorkflowId(id),
      taskQueue: berth.env['TASK_QUEUE']!,
      args: [{ workspaceId: id, tenantId: 'default' }],
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
  }

  /** The workflow is started for it, as in the first acquire after a while. */
  async function fromNothing(): Promise<Figures> {
    const times: number[] = [];
    for (let round = 0; round < Math.min(rounds, 20); round++) {
      await on.control(id, 'release', { force: true });
      const startedAt = performance.now();
      const args = [asSomebody('session:c')] as [ControlRequest & { type: 'acquire' }];
      await temporal.workflow.executeUpdateWithStart(controlUpdate, { startWorkflowOperation: startOf(), args });
      times.push(performance.now() - startedAt);
    }
    await on.control(id, 'release', { force: true });
    return figuresOf(times);
  }
}

const asSomebody = (actor: string): ControlRequest & { readonly type: 'acquire' } => ({
  type: 'acquire',
  controller: 'user',
  actor,
  ttlSeconds: 3600,
  generation: 1,
});
