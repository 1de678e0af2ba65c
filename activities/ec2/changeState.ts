// StopInstances, StartInstances, RebootInstances of a machine that is kept: each looks at what is so already.

import { Context } from '@temporalio/activity';
import { RebootInstancesCommand, StartInstancesCommand, StopInstancesCommand } from '@aws-sdk/client-ec2';
import { BerthError } from '../../domain/errors.ts';
import type { OperationRef, WorkspaceId } from '../../domain/ids.ts';
import type { Machine } from '../../domain/machine.ts';
import { adoptLaunch, wakeSweep } from '../../store/launches.ts';
import { recordCapacity, recordNoCapacity } from '../../store/offerings.ts';
import type { Dependencies } from '../dependencies.ts';
import { aws, awsFailure } from '../failure.ts';
import { recordStep, waits } from '../records/steps.ts';
import type { Ec2Clients } from './clients.ts';
import { classify, isAwsCode } from './errors.ts';
import { findById, isDead } from './findInstance.ts';

/** From here on the calling workflow is told of the instance's states, and of its next registration. */
const adopt = (db: Dependencies['db'], workspaceId: WorkspaceId, { generation, attempt, region }: Machine) =>
  adoptLaunch(db, { workspaceId, generation, attempt }, Context.current().info.workflowExecution!.workflowId).then(() =>
    wakeSweep(db, region),
  );

/**
 * A state that a call does not bear passes, but for one: throws MACHINE_DIED where the instance has ended. It has served before, so
 * "not found" is no "not yet".
 */
async function throwIfDead(ec2: Ec2Clients, instanceId: string, error: unknown): Promise<void> {
  if (!isAwsCode(error, 'IncorrectInstanceState', 'InvalidInstanceID.NotFound')) return;
  const instance = await findById(ec2, instanceId);
  if (instance !== null && !isDead(instance)) return;
  const state_reason = instance === null ? 'not found' : (instance.StateReason?.Code ?? 'terminated');
  throw new BerthError('MACHINE_DIED', { instance_id: instanceId, state_reason });
}

/** The instance is stopping, or stopped; `instanceStateChanged` tells when. Its root and its home stay. */
export const stopMachine =
  ({ db, ec2, settings }: Dependencies) =>
  async (operation: OperationRef, machine: Machine): Promise<void> => {
    const { instanceId } = machine;
    try {
      await ec2.mutate.send(new StopInstancesCommand({ InstanceIds: [instanceId] }));
    } catch (error) {
      await throwIfDead(ec2, instanceId, error);
      await aws('StopInstances', () => Promise.reject(error));
    }
    await adopt(db, operation.workspaceId, machine);
    await recordStep(db, operation, 'stopping', instanceId, {
      instance_id: instanceId,
      ...waits('stopped', settings.STOP_TIMEOUT_SECONDS * 1000),
    });
  };

/** Throws AWS_CAPACITY where its zone has no room for it now: stopping has given its place away (facts/ec2.md 1.5). */
export const startMachine =
  ({ db, ec2 }: Dependencies) =>
  async (operation: OperationRef, machine: Machine, market: 'on-demand' | 'spot', bootMs: number): Promise<void> => {
    const { instanceId, instanceType, zone, region } = machine;
    const candidate = { instanceType, zone, market };
    await adopt(db, operation.workspaceId, machine);
    try {
      await ec2.launch.send(new StartInstancesCommand({ InstanceIds: [instanceId] }));
    } catch (error) {
      const known = classify(error);
      if (known === null) throw error;
      if (known.class === 'capacity') {
        await recordNoCapacity(db, region, candidate);
        const payload = { ...candidate, aws_code: known.code };
        await recordStep(db, operation, 'candidate_refused', `start/${instanceId}`, payload);
      }
      await throwIfDead(ec2, instanceId, error);
      throw awsFailure('StartInstances', known, error as Error);
    }
    await Promise.all([
      recordCapacity(db, region, candidate),
      recordStep(db, operation, 'starting', instanceId, { instance_id: instanceId, ...waits('registration', bootMs) }),
    ]);
  };

/** Asked for, not done: the machine registers again when it is up. One that somebody has stopped is started. */
export const rebootMachine =
  ({ db, ec2 }: Dependencies) =>
  async (operation: OperationRef, machine: Machine, bootMs: number): Promise<void> => {
    const { instanceId } = machine;
    await adopt(db, operation.workspaceId, machine);
    try {
      await ec2.mutate.send(new RebootInstancesCommand({ InstanceIds: [instanceId] }));
    } catch (error) {
      await throwIfDead(ec2, instanceId, error);
      const instance = isAwsCode(error, 'IncorrectInstanceState') ? await findById(ec2, instanceId) : null;
      if (instance?.State?.Name !== 'stopped') await aws('RebootInstances', () => Promise.reject(error));
      await aws('StartInstances', () => ec2.launch.send(new StartInstancesCommand({ InstanceIds: [instanceId] })));
    }
    await recordStep(db, operation, 'rebooting', instanceId, {
      instance_id: instanceId,
      ...waits('registration', bootMs),
    });
  };
