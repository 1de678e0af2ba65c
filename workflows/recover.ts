// recover: a machine was taken away, or has ended unasked; its home gets another one. AWS ends it, not we; where nothing can be
// had the workspace is paused, with its home and the reason.

import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  log,
  setCurrentDetails,
} from '@temporalio/workflow';
import { inMarket, isForWantOfRoom, recoverMarkets } from '../domain/compute/recoverMarkets.ts';
import type { Machine } from '../domain/machine.ts';
import type { LastSource, RestoreSource } from '../domain/workspace.ts';
import { withDeadline } from './deadline.ts';
import { endMachine } from './endMachine.ts';
import { failure, failureWithStanding, reasonOf } from './failure.ts';
import { MachineSignals } from './machineSignals.ts';
import type { RecoverInput, RecreateInput } from './messages.ts';
import { readTimeouts } from './localFirst.ts';
import { recordActivities } from './policies.ts';
import { parkControl } from './parkControl.ts';
import type { Provisioned } from './provision.ts';
import { recreate } from './recreate.ts';

/** How long after its time a machine may go on before it is ended by us: then AWS has changed its mind, or nobody has told. */
const GRACE_MS = 300_000;
/** Tries of an earlier market keep their numbers: each is another launch (workflows/acquireMachine.ts). */
const TRIES_PER_MARKET = 100;

export async function recover(input: RecoverInput): Promise<Provisioned> {
  const { operationId, owner, generation, asked, machine, home } = input;
  const { workspaceId, tenantId } = owner;
  const operation = { workspaceId, operationId };
  const timeouts = await readTimeouts();
  if (machine !== null) await parkControl(operation, { generation: machine.generation });
  try {
    // Where there was no room before it has gone long ago.
    if (machine !== null) await gone(machine, input, operation, new MachineSignals());
    const source = await recordActivities.afterMachine.executeWithOptions({ summary: 'note what was taken away' }, [
      operation,
      machine,
      input.market ?? asked.compute.market ?? 'on-demand',
      home,
    ]);
    const markets = recoverMarkets(asked.compute, input.interruptions >= timeouts.demoteAfter);
    if (markets.length === 0) throw failure('SPOT_INTERRUPTED', { instance_id: machine?.instanceId });
    return await onAnother(input, markets, source);
  } catch (error) {
    // Paused, whatever happened: what it costs then is its home, and everything that can be done about it is the user's.
    const hourlyUsd = await CancellationScope.nonCancellable(() =>
      recordActivities.reserveStorage.executeWithOptions({ summary: 'reserve what storage costs' }, [
        { workspaceId, tenantId, generation, compute: asked.compute, keepsRoot: false },
      ]),
    );
    const { code, context } = isCancellation(error)
      ? ({ code: 'OPERATION_CANCELLED', context: {} } as const)
      : reasonOf(error);
    setCurrentDetails(`paused: ${code}`);
    throw failureWithStanding(
      code,
      { ...context, paused_hourly_usd: hourlyUsd },
      {
        phase: 'paused',
        machine: null,
        home,
        retry: { firstMs: timeouts.retryFirstMs, longestMs: timeouts.retryMaxMs },
      },
    );
  }
}

/** Until AWS is seen to have ended the machine; its volumes are free then. */
async function gone(
  machine: Machine,
  { hasEnded, deadline }: RecoverInput,
  operation: {
    readonly workspaceId: RecoverInput['owner']['workspaceId'];
    readonly operationId: RecoverInput['operationId'];
  },
  signals: MachineSignals,
): Promise<void> {
  if (hasEnded) return;
  const { generation, attempt, instanceId } = machine;
  const key = { workspaceId: operation.workspaceId, generation, attempt };
  setCurrentDetails(`**waiting for AWS to end ${instanceId}**${deadline === null ? '' : `, due at ${deadline}`}`);
  const untilMs = (deadline === null ? 0 : Math.max(0, Date.parse(deadline) - Date.now())) + GRACE_MS;
  await recordActivities.watchMachine.executeWithOptions({ summary: `watch ${instanceId}` }, [
    operation,
    key,
    instanceId,
    untilMs,
  ]);
  try {
    await withDeadline(
      untilMs,
      `${instanceId} ended by AWS`,
      () => signals.untilEnded(machine),
      () => failure('MACHINE_UNRESPONSIVE', { instance_id: instanceId, order: 'end', timeout_seconds: untilMs / 1000 }),
    );
  } catch (error) {
    // Whoever calls it off wants no machine: nobody would look after this one any more.
    if (isCancellation(error)) {
      await CancellationScope.nonCancellable(() => endMachine(operation, key, signals));
      throw error;
    }
    log.warn('AWS has not ended the machine; it is ended now', { instanceId });
    await endMachine(operation, key, signals);
  }
}

async function onAnother(
  input: RecoverInput,
  markets: readonly ('spot' | 'on-demand')[],
  source: LastSource | null,
): Promise<Provisioned> {
  let last: unknown;
  for (const [turn, market] of markets.entries()) {
    const asked = { ...input.asked, compute: inMarket(input.asked.compute, market) };
    const firstAttempt = turn * TRIES_PER_MARKET + 1;
    const again: RecreateInput = {
      ...input,
      asked,
      machine: null,
      isServing: false,
      strategy: 'acquire-first',
      from: null,
      isRecovering: true,
      firstAttempt,
    };
    try {
      return await withHome(again, source);
    } catch (error) {
      if (isCancellation(error)) throw error;
      last = error;
      const { code } = reasonOf(error);
      if (!isForWantOfRoom(code)) throw error;
      log.info('No machine to be had', { market, code });
    }
  }
  throw last;
}

/** The volume itself; where that is gone, what the last restore point holds. */
async function withHome(input: RecreateInput, source: LastSource | null): Promise<Provisioned> {
  const { firstAttempt: first = 1 } = input;
  if (source?.homeIsGone) return ofRestorePoint(source, first);
  try {
    return await recreate(input);
  } catch (error) {
    if (source === null || !isVolumeGone(error)) throw error;
    return ofRestorePoint(source, first + TRIES_PER_MARKET / 2);
  }

  function ofRestorePoint(from: RestoreSource, firstAttempt: number): Promise<Provisioned> {
    log.warn('The home is gone; the last restore point takes its place', { restorePointId: from.restorePointId });
    return recreate({ ...input, from, homeIsLost: true, firstAttempt });
  }
}

function isVolumeGone(error: unknown): boolean {
  if (!(error instanceof ActivityFailure) || !(error.cause instanceof ApplicationFailure)) return false;
  const [context] = (error.cause.details ?? []) as { readonly aws_code?: string }[];
  return context?.aws_code === 'InvalidVolume.NotFound';
}
