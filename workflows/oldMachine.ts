// The machine that a workspace has now, while another is to take its home: brought to rest, parted from its home, and the way back.

import { CancellationScope, CancelledFailure, isCancellation, log } from '@temporalio/workflow';
import type { OperationRef } from '../domain/ids.ts';
import type { Home, Machine } from '../domain/machine.ts';
import type { Timeouts } from '../domain/timeouts.ts';
import { endMachine } from './endMachine.ts';
import { withDeadline } from './deadline.ts';
import { failure, reasonOf } from './failure.ts';
import type { MachineSignals } from './machineSignals.ts';
import { attach } from './newHome.ts';
import { order } from './orders.ts';
import { callActivities } from './policies.ts';
import { serviceInterrupted } from './progress.ts';

export type OldMachineOptions = {
  readonly operation: OperationRef;
  readonly home: Home;
  /** Null = the home is on its own. */
  readonly machine: Machine | null;
  /** It has registered and serves its user; else it is stopped, or nobody knows. */
  readonly isServing: boolean;
  /** Whoever brings it to rest has seen to it already that its service is interrupted. */
  readonly isInterrupted?: boolean;
  readonly timeouts: Timeouts;
  readonly signals: MachineSignals;
};

export class OldMachine {
  readonly #options: OldMachineOptions;
  /** How far it has come: on the way back only what was begun is undone. */
  #state: 'untouched' | 'resting' | 'parting' | 'ended' = 'untouched';
  #manifest: Record<string, unknown> | null = null;
  /** It has said that it is at rest. */
  #hasRested = false;
  #quality: 'clean' | 'frozen' = 'clean';
  /** Nobody waits for its volume any more. */
  #hasParted = false;
  /** Orders to rest and to mount, so that each is a new one. */
  #rests = 0;
  #returns = 0;

  constructor(options: OldMachineOptions) {
    this.#options = options;
  }

  /** What the home held when it was left; null where no machine could say. */
  get manifest(): Record<string, unknown> | null {
    return this.#manifest;
  }

  /** Of what it has left: `frozen` where its file system is whole, and a program that wrote into it was cut off. */
  get quality(): 'clean' | 'frozen' {
    return this.#quality;
  }

  get hasEnded(): boolean {
    return this.#state === 'ended';
  }

  /** Nothing changes the home from here on; what was cut short is begun again. Throws MACHINE_UNRESPONSIVE or ORDER_FAILED. */
  async rest(): Promise<void> {
    const { operation, machine, isServing, isInterrupted = false, timeouts, signals } = this.#options;
    if (this.#state === 'parting' || this.#state === 'ended') return;
    this.#state = 'resting';
    if (machine === null || !isServing || this.#hasRested) return;
    if (!isInterrupted) await serviceInterrupted(operation);
    const turn = ++this.#rests;
    const report = await order(operation, machine, { kind: 'quiesce', timeoutMs: timeouts.quiesceMs, turn }, signals);
    this.#manifest = report.manifest;
    this.#quality = report.cutOff.length === 0 ? 'clean' : 'frozen';
    if (report.cutOff.length > 0)
      log.warn('The home was left while something wrote into it', { cutOff: report.cutOff });
    this.#hasRested = true;
  }

  /** The home is on no machine; again as above. Throws HOME_MOVE_TIMEOUT where the old one does not let go of it. */
  async part(): Promise<void> {
    await this.rest();
    if (this.#state === 'ended' || this.#hasParted) return;
    this.#state = 'parting';
    await this.#detached();
    this.#hasParted = true;
  }

  async #detached(): Promise<void> {
    const { operation, machine, home, timeouts, signals } = this.#options;
    if (machine === null) return;
    const summary = `detach ${home.volumeId} from ${machine.instanceId}`;
    const { state } = await callActivities.detachHome.executeWithOptions({ summary }, [operation, home, machine]);
    if (state === 'free') return;
    const timeout_seconds = timeouts.detachMs / 1000;
    await withDeadline(
      timeouts.detachMs,
      `${home.volumeId} free, ${timeout_seconds} s`,
      () => signals.untilSettled(home.volumeId),
      () => failure('HOME_MOVE_TIMEOUT', { resource_id: home.volumeId, wanted: 'detached', timeout_seconds }),
    );
  }

  /**
   * Released first: once AWS has been asked there is no way back, and the home with its restore point is the safety. Called off
   * before that it is as it was.
   */
  async end(): Promise<void> {
    const { operation, machine, signals } = this.#options;
    try {
      await this.rest();
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.warn('It ends without having come to rest', { error: String(error) });
    }
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('called off before it was ended');
    const asked = (): void => {
      this.#state = 'ended';
    };
    if (machine === null) return asked();
    const { generation, attempt } = machine;
    const key = { workspaceId: operation.workspaceId, generation, attempt };
    await CancellationScope.nonCancellable(() => endMachine(operation, key, signals, asked));
  }

  /** As it was before; throws HOME_NOT_RETURNED where that can't be had. Nothing to do where nothing was begun. */
  async takeBack(): Promise<void> {
    const { operation, machine, home, isServing, timeouts, signals } = this.#options;
    if (this.#state === 'untouched' || this.#state === 'ended' || machine === null) return;
    const wasParting = this.#state === 'parting';
    this.#state = 'untouched';
    this.#hasParted = false;
    try {
      await withDeadline(
        timeouts.returnMs,
        `home back on ${machine.instanceId}, ${timeouts.returnMs / 1000} s`,
        async () => {
          if (wasParting) await attach(operation, home, machine);
          if (!isServing) return;
          const turn = ++this.#returns;
          await order(operation, machine, { kind: 'mount', timeoutMs: timeouts.returnMs, turn, isKept: true }, signals);
        },
        () => failure('MACHINE_UNRESPONSIVE', unanswered(machine, timeouts)),
      );
    } catch (error) {
      if (!this.#hasRested && !wasParting) {
        // It never answered anything: as far as anybody knows it is as it was, and its heartbeats tell whether it lives.
        log.warn('The old machine does not answer', { error: String(error) });
        return;
      }
      throw failure('HOME_NOT_RETURNED', { volume_id: home.volumeId, because: reasonOf(error).message });
    }
  }
}

const unanswered = ({ instanceId }: Machine, { returnMs }: Timeouts) => ({
  instance_id: instanceId,
  order: 'mount',
  timeout_seconds: returnMs / 1000,
});
