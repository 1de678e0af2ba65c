// A home of its own for a launch: blank, or made of a restore point; created while the machine boots.

import type { OperationRef } from '../domain/ids.ts';
import type { Home, LaunchPlan, Machine, Owner } from '../domain/machine.ts';
import type { RestoreSource } from '../domain/workspace.ts';
import type { ProvideHome } from './acquireMachine.ts';
import type { MachineSignals } from './machineSignals.ts';
import { callActivities } from './policies.ts';

export type NewHomeOptions = {
  readonly operation: OperationRef;
  readonly owner: Owner;
  readonly plan: LaunchPlan;
  readonly from: RestoreSource | null;
  /** Told before the machine could register with it. */
  readonly onReady?: (machine: Machine, home: Home) => void;
};

export const newHome =
  ({ operation, owner, plan, from, onReady }: NewHomeOptions, signals: MachineSignals): ProvideHome =>
  async (machine, key) => {
    const { homeGb, iops, throughput } = plan.shape;
    // A volume can't be smaller than the snapshot that it is made of.
    const sizeGb = Math.max(homeGb, from?.sizeGb ?? 0);
    const made = from === null ? {} : { snapshotId: from.snapshotId };
    const home = await both(
      callActivities.createHome.executeWithOptions({ summary: `create home of ${sizeGb} GiB in ${machine.zone}` }, [
        { operation, key, owner, zone: machine.zone, sizeGb, iops, throughput, ...made },
      ]),
      signals.untilRunning(machine),
    );
    onReady?.(machine, home);
    await attach(operation, home, machine);
    return home;
  };

export const attach = (operation: OperationRef, home: Home, machine: Machine): Promise<void> =>
  callActivities.attachHome.executeWithOptions({ summary: `attach ${home.volumeId} to ${machine.instanceId}` }, [
    operation,
    home,
    machine,
  ]);

/** The first's result once both are done; fails only when neither is under way any more, so that nothing is undone too early. */
async function both<Result>(first: Promise<Result>, second: Promise<unknown>): Promise<Result> {
  const [one, other] = await Promise.allSettled([first, second]);
  if (one.status === 'rejected') throw one.reason;
  if (other.status === 'rejected') throw other.reason;
  return one.value;
}
