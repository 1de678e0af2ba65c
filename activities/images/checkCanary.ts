// Looks at a canary until it has booted or can't: "not yet" is a retry, so that a long boot is one line of history.

import { DescribeInstanceStatusCommand } from '@aws-sdk/client-ec2';
import { type CanaryKey, type CanaryVerdict, judgeCanary } from '../../domain/canary.ts';
import { type InstanceState, isEnded } from '../../domain/machine.ts';
import { findCanary } from '../../store/canaries.ts';
import type { Dependencies } from '../dependencies.ts';
import { findByToken } from '../ec2/findInstance.ts';
import { aws, notYet } from '../failure.ts';

/** Changes nothing, so it may be repeated at will. How long it may take is the caller's deadline. */
export const checkCanary =
  ({ db, ec2, settings }: Dependencies) =>
  async (key: CanaryKey, instanceId: string): Promise<CanaryVerdict> => {
    const command = new DescribeInstanceStatusCommand({ InstanceIds: [instanceId], IncludeAllInstances: true });
    const { InstanceStatuses: statuses = [] } = await aws('DescribeInstanceStatus', () => ec2.describe.send(command));
    const [status] = statuses;
    const state = (status?.InstanceState?.Name ?? 'pending') as InstanceState;
    const seen = {
      state,
      stateReason: isEnded(state) || state === 'shutting-down' ? await stateReason() : null,
      system: status?.SystemStatus?.Status ?? 'unknown',
      instance: status?.InstanceStatus?.Status ?? 'unknown',
    };
    const verdict = judgeCanary(seen);
    if (verdict !== null) return verdict;
    const message = `${instanceId} is ${state}, its host is ${seen.system}, itself ${seen.instance}`;
    throw notYet('DescribeInstanceStatus', message, settings.SWEEP_INTERVAL_MS);

    async function stateReason(): Promise<string | null> {
      const row = await findCanary(db, key);
      const instance = row === null ? null : await findByToken(ec2, row.client_token);
      return instance?.StateReason?.Code ?? null;
    }
  };
