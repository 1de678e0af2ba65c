// DetachVolume made safe: the home is on its way off the machine, or off it already; the sweep tells when it is free.

import { Context } from '@temporalio/activity';
import { DescribeVolumesCommand, DetachVolumeCommand } from '@aws-sdk/client-ec2';
import type { OperationRef } from '../../domain/ids.ts';
import type { Home, Machine } from '../../domain/machine.ts';
import { wakeSweep } from '../../store/launches.ts';
import { watchResource } from '../../store/watches.ts';
import type { Dependencies } from '../dependencies.ts';
import { isAwsCode } from '../ec2/errors.ts';
import { aws } from '../failure.ts';
import { recordStep, waits } from '../records/steps.ts';

/** 'free' = no machine has it. 'detaching' = the calling workflow will be signalled `resourceStateChanged` with `available`. */
export type Detaching = { readonly state: 'free' | 'detaching' };

/** Never by force: that would take the file system away from under a machine that still writes (facts/ec2.md 1.6). */
export const detachHome =
  ({ db, ec2, settings }: Dependencies) =>
  async (operation: OperationRef, home: Home, machine: Machine): Promise<Detaching> => {
    const watcher = Context.current().info.workflowExecution!.workflowId;
    try {
      const { instanceId: InstanceId } = machine;
      await ec2.mutate.send(new DetachVolumeCommand({ VolumeId: home.volumeId, InstanceId }));
    } catch (error) {
      if (!isAwsCode(error, 'IncorrectState', 'InvalidAttachment.NotFound')) {
        await aws('DetachVolume', () => Promise.reject(error));
      }
      if ((await stateOf(home.volumeId)) === 'available') return { state: 'free' };
    }
    await recordStep(db, operation, 'home_detached', home.volumeId, {
      volume_id: home.volumeId,
      instance_id: machine.instanceId,
      ...waits('volume available', settings.DETACH_TIMEOUT_SECONDS * 1000),
    });
    await watchResource(db, {
      resourceId: home.volumeId,
      watcher,
      region: settings.AWS_REGION,
      kind: 'volume',
      until: ['available'],
    });
    await wakeSweep(db, settings.AWS_REGION);
    return { state: 'detaching' };

    async function stateOf(volumeId: string): Promise<string | undefined> {
      const { Volumes = [] } = await aws('DescribeVolumes', () =>
        ec2.describe.send(new DescribeVolumesCommand({ VolumeIds: [volumeId] })),
      );
      return Volumes[0]?.State;
    }
  };
