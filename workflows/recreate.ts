// recreate: another machine for the same home. The new one is there before the old one goes; until it has registered there is a
// way back (design, section 3). A restore is the same with a home made of a restore point.

import { CancellationScope, log, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { homeFirst, zoneFirst } from '../domain/compute/candidates.ts';
import type { Candidate, Home, HomeSource, LaunchPlan, Machine } from '../domain/machine.ts';
import type { TakenRestorePoint } from '../domain/restorePoint.ts';
import type { Registration, RestoreSource } from '../domain/workspace.ts';
import { acquireMachine, type ProvideHome } from './acquireMachine.ts';
import { withDeadline } from './deadline.ts';
import { endMachine } from './endMachine.ts';
import { failure } from './failure.ts';
import { goingBack } from './goingBack.ts';
import { MachineSignals } from './machineSignals.ts';
import type { RecreateInput } from './messages.ts';
import { movedHome } from './movedHome.ts';
import { newHome } from './newHome.ts';
import { OldMachine } from './oldMachine.ts';
import { readTimeouts } from './localFirst.ts';
import { callActivities, recordActivities } from './policies.ts';
import { serviceRestored } from './progress.ts';
import { died, launchedAs, ofRestorePoint, type Provisioned } from './provision.ts';
import { wholeRestorePoint, takeRestorePoint } from './restorePoints.ts';
import { searchAttributes } from './searchAttributes.ts';
import { Unwind } from './unwind.ts';

export async function recreate(input: RecreateInput): Promise<Provisioned> {
  const { operationId, owner, generation, asked, machine, home, isServing, strategy, from } = input;
  const { homeIsLost = false, firstAttempt = 1, isRecovering = false } = input;
  const inOrder = isRecovering ? zoneFirst : homeFirst;
  const operation = { workspaceId: owner.workspaceId, operationId };
  const timeouts = await readTimeouts();
  const signals = new MachineSignals();
  const old = new OldMachine({ operation, home, machine, isServing, timeouts, signals });
  const undo = new Unwind();
  const onStep = (step: string) => setCurrentDetails(`**${step}**`);
  const context = { operation, owner, generation, home, machine, old, timeouts, signals };

  const { acquired, registration, plan } = await goingBack(context, undo, async (pending) => {
    const startedAt = Date.now();
    onStep('planning');
    undo.push('release what was reserved', () => releaseReservations(generation, generation));
    // Where there is room for one machine only, the old one gives its place before the quota is looked at.
    const releasesFirst = strategy === 'replace';
    if (releasesFirst) await release();
    const plan = await callActivities.planLaunch.executeWithOptions({ summary: 'plan: gates, price, image, zones' }, [
      { operation, owner, generation, asked },
    ]);
    checkSize(plan, home);
    pending.plan = plan;
    const onReady = (next: Machine, nextHome: Home) => {
      pending.acquired = { machine: next, home: nextHome };
    };
    let ahead: TakenRestorePoint | null = null;
    if (!releasesFirst && from === null && machine !== null) {
      onStep('taking a restore point');
      ahead = await takeRestorePoint(context, { reason: 'recreate', quality: isServing ? 'crash' : 'clean' });
    }
    const timeoutSeconds = plan.timeoutMs / 1000;
    // A home that has to be copied is on its way for longer than a machine boots.
    const bootDeadlineAt = ({ zone }: Candidate): string =>
      new Date(startedAt + plan.timeoutMs + (zone === home.zone ? 0 : timeouts.snapshotMs)).toISOString();
    return withDeadline(
      plan.timeoutMs,
      `recreate timeout, ${timeoutSeconds} s`,
      async (outOfTime) => {
        const provideHome =
          from === null
            ? movedHome({ ...context, plan, onReady, ahead, isServing, outOfTime }, onStep)
            : restoredHome(plan, from, onReady);
        const provesHome = from === null && isServing;
        const ordered = { ...plan, candidates: inOrder(plan.candidates, home.zone) };
        const acquired = await acquireMachine(
          { operation, owner, generation, plan: ordered, bootDeadlineAt, provesHome, firstAttempt },
          signals,
          undo,
          onStep,
          provideHome,
        );
        onStep(`waiting for ${acquired.machine.instanceId} to mount ${acquired.home.volumeId} and register`);
        const registration = await signals.untilRegistered(acquired.machine).catch(died);
        return { acquired, registration, plan };
      },
      () => {
        const { acquired } = pending;
        return acquired === undefined
          ? failure('PROVISION_TIMEOUT', { timeout_seconds: timeoutSeconds, step: 'moving to a new machine' })
          : failure('BOOT_TIMEOUT', { timeout_seconds: timeoutSeconds, instance_id: acquired.machine.instanceId });
      },
    );
  });

  // The point of no return is passed: what is left goes forward, whoever cancels.
  return CancellationScope.nonCancellable(() => retire(acquired, registration, plan));

  /** The old machine is ended while the home is safe: on its own volume, and in a restore point. */
  async function release(): Promise<void> {
    onStep('ending the old machine first');
    await takeRestorePoint(context, { reason: 'recreate', quality: isServing ? 'crash' : 'clean' });
    await old.end();
    await releaseReservations(1, generation - 1);
  }

  async function retire(
    { machine: next, home: nextHome }: { machine: Machine; home: Home },
    registration: Registration,
    plan: LaunchPlan,
  ): Promise<Provisioned> {
    const launched = launchedAs(asked, plan, next);
    const served = { machine: next, home: nextHome, registration, launched, homeSource: sourceOf(nextHome) };
    await serviceRestored(operation, served);
    onStep(`online on ${next.instanceId}; retiring what was before`);
    upsertSearchAttributes([
      { key: searchAttributes.region, value: next.region },
      { key: searchAttributes.instance, value: next.instanceId },
    ]);
    if (machine !== null && !old.hasEnded) {
      const { generation: before, attempt } = machine;
      await endMachine(operation, { workspaceId: owner.workspaceId, generation: before, attempt }, signals);
    }
    if (nextHome.volumeId !== home.volumeId && (await isSafe())) {
      await callActivities.deleteHomes.executeWithOptions({ summary: `delete the old home ${home.volumeId}` }, [
        operation,
        owner.workspaceId,
        { allBut: nextHome.volumeId },
      ]);
    }
    await releaseReservations(1, generation - 1);
    onStep(`online on ${next.instanceId}`);
    return served;
  }

  function sourceOf({ volumeId }: Home): HomeSource {
    if (from !== null) return ofRestorePoint(from);
    return { from: volumeId === home.volumeId ? 'volume' : 'copy' };
  }

  /** A moved home has been proven to be the same. One that was gone back from has to be whole in its restore point first. */
  async function isSafe(): Promise<boolean> {
    if (from === null || homeIsLost) return true;
    try {
      await wholeRestorePoint(context, { reason: 'restore', quality: old.quality });
      return true;
    } catch (error) {
      log.warn('The old home is kept, as its restore point is not whole', { error: String(error) });
      return false;
    }
  }

  /** What is in the present home stays in a restore point, as what comes after the one that is gone back to. */
  function restoredHome(
    plan: LaunchPlan,
    source: RestoreSource,
    onReady: (next: Machine, nextHome: Home) => void,
  ): ProvideHome {
    const provide = newHome({ operation, owner, plan, from: source, onReady }, signals);
    return async (next, key) => {
      if (homeIsLost) return provide(next, key);
      await signals.untilRunning(next);
      await old.rest();
      await takeRestorePoint(context, { reason: 'restore', quality: old.quality, manifest: old.manifest });
      return provide(next, key);
    };
  }

  function releaseReservations(first: number, last: number): Promise<void> {
    const summary = 'release what was reserved';
    return recordActivities.releaseReservation.executeWithOptions({ summary }, [
      owner.workspaceId,
      { from: first, to: last },
    ]);
  }
}

function checkSize({ shape }: LaunchPlan, { sizeGb }: Home): void {
  if (shape.homeGb < sizeGb) throw failure('HOME_CANNOT_SHRINK', { size_gb: sizeGb, asked_gb: shape.homeGb });
}
