// Ends whatever a launch made or may have made, and leaves its home; "already so" and "never happened" are success.

import type { OperationRef } from '../../domain/ids.ts';
import { Context } from '@temporalio/activity';
import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import type { LaunchKey } from '../../domain/machine.ts';
import {
  findLaunch,
  forgoLaunch,
  type LaunchRow,
  recordEnded,
  recordSpared,
  recordTerminating,
  wakeSweep,
} from '../../store/launches.ts';
import type { Dependencies } from '../dependencies.ts';
import { openHomes } from '../../store/homes.ts';
import { aws, notYet } from '../failure.ts';
import { recordStep, waits } from '../records/steps.ts';
import { classify, isAwsCode, REACTIONS } from './errors.ts';
import { doomedDevices, keepAttached } from '../home/keepHomes.ts';
import { findById, findByToken, isDead } from './findInstance.ts';

/** How soon to look again for an instance that EC2 may not show yet. */
const LOOK_AGAIN_MS = 2_000;

export type Ending = { readonly state: 'ended' } | { readonly state: 'ending'; readonly instanceId: string };

/**
 * 'ended' = no machine of this launch exists. 'ending' = AWS has been told, and the calling workflow will be signalled
 * `instanceStateChanged` when it is seen to be over.
 */
export const terminateMachine =
  ({ db, ec2, settings, log }: Dependencies) =>
  async (operation: OperationRef, key: LaunchKey): Promise<Ending> => {
    const watcher = Context.current().info.workflowExecution!.workflowId;
    const graceMs = settings.NOT_FOUND_GRACE_SECONDS * 1000;
    const row = (await findLaunch(db, key)) ?? (await forgone());
    if (row === null || row.progress === 'refused' || row.progress === 'ended') return ended();

    // From here on no registration of this launch is accepted.
    if (!(await recordTerminating(db, key, watcher))) return ended();
    const instanceId = row.instance_id ?? (await whatItMade(row));
    if (instanceId === null) return ended();
    await recordStep(db, operation, 'terminating', instanceId, {
      instance_id: instanceId,
      ...waits('terminated', null),
    });
    await keepHomes(instanceId);
    try {
      await ec2.mutate.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
    } catch (error) {
      if (!isAwsCode(error, 'InvalidInstanceID.NotFound')) return refused(error);
      // Just after a launch "not found" is "not yet"; later it is the tombstone that is gone.
      if (ageMs(row, row.launched_at ?? row.requested_at) < graceMs) {
        throw notYet('TerminateInstances', `${instanceId} is not visible yet`, LOOK_AGAIN_MS);
      }
      return ended();
    }
    await wakeSweep(db, row.region);
    return { state: 'ending', instanceId };

    /** A try that fell silent may still be on its way: it finds that there is nothing to launch any more, or was quicker. */
    async function forgone(): Promise<LaunchRow | null> {
      return (await forgoLaunch(db, key, settings.AWS_REGION, watcher)) ? null : findLaunch(db, key);
    }

    /** Where somebody has changed what becomes of a home, the machine is not ended before that is put right. */
    async function keepHomes(id: string): Promise<void> {
      const instance = await findById(ec2, id);
      if (instance === null || isDead(instance)) return;
      const homes = new Set((await openHomes(db, key.workspaceId)).flatMap(({ volume_id }) => volume_id ?? []));
      const doomed = doomedDevices(instance, homes);
      if (doomed.length === 0) return;
      log.warn({ instance_id: id, devices: doomed }, 'a home would have ended with its machine');
      await keepAttached(ec2, id, doomed);
      throw notYet('TerminateInstances', `${id} is looked at again before it is ended`, LOOK_AGAIN_MS);
    }

    /** The launch was asked for, but its answer was never recorded. */
    async function whatItMade(launch: LaunchRow): Promise<string | null> {
      const instance = await findByToken(ec2, launch.client_token);
      if (instance?.InstanceId !== undefined) {
        await db.query(
          `update launches set instance_id = $2, progress = 'launched', launched_at = now() where client_token = $1 and instance_id is null`,
          [launch.client_token, instance.InstanceId],
        );
        return instance.InstanceId;
      }
      if (ageMs(launch, launch.requested_at) < graceMs) {
        throw notYet('DescribeInstances', 'a launch without an answer may still show up', LOOK_AGAIN_MS);
      }
      return null;
    }

    /** Where AWS will not end it, it goes on, and its own end is looked out for as before. */
    async function refused(error: unknown): Promise<never> {
      const known = classify(error);
      if (known !== null && !REACTIONS[known.class].retry) await recordSpared(db, key);
      return aws('TerminateInstances', () => Promise.reject(error));
    }

    async function ended(): Promise<Ending> {
      await recordEnded(db, key, watcher);
      return { state: 'ended' };
    }
  };

const ageMs = ({ read_at: readAt }: LaunchRow, since: Date): number => readAt.getTime() - since.getTime();
