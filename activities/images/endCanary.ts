// Ends a canary's machine, and looks until AWS is seen to have ended it; one that never was counts as ended.

import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import type { CanaryKey } from '../../domain/canary.ts';
import { findCanary, recordCanaryEnded } from '../../store/canaries.ts';
import type { Dependencies } from '../dependencies.ts';
import { findByToken } from '../ec2/findInstance.ts';
import { aws, notYet } from '../failure.ts';

/** Looks before it acts, so a retry goes on where it was. "Not seen" means "not yet" for as long as after any other launch. */
export const endCanary =
  ({ db, ec2, settings }: Dependencies) =>
  async (key: CanaryKey): Promise<void> => {
    const row = await findCanary(db, key);
    if (row === null || row.progress === 'refused' || row.progress === 'ended') return;
    const instance = await findByToken(ec2, row.client_token);
    if (instance === null) {
      // One that was seen before has to be unseen for as long as its tombstone may be late.
      const seconds = row.instance_id === null ? settings.NOT_FOUND_GRACE_SECONDS : settings.ABSENT_AFTER_SECONDS;
      if (row.read_at.getTime() - row.requested_at.getTime() < seconds * 1000) throw lookAgain('it is not visible');
    } else if (instance.State?.Name !== 'terminated') {
      const id = instance.InstanceId!;
      if (instance.State?.Name !== 'shutting-down') {
        await aws('TerminateInstances', () => ec2.mutate.send(new TerminateInstancesCommand({ InstanceIds: [id] })));
      }
      throw lookAgain(`${id} is shutting down`);
    }
    await recordCanaryEnded(db, key);

    function lookAgain(why: string) {
      return notYet('TerminateInstances', why, settings.SWEEP_INTERVAL_MS);
    }
  };
