// What an operation has been told about machines, volumes and snapshots, and the waits on it. Signals may come before the wait, or twice.

import { condition, setHandler } from '@temporalio/workflow';
import { type InstanceFact, type InstanceState, isEnded, type LaunchKey, type Machine } from '../domain/machine.ts';
import type { Registration } from '../domain/workspace.ts';
import { failure } from './failure.ts';
import {
  instanceStateChangedSignal,
  machineEndedSignal,
  type MachineAnsweredFact,
  machineAnsweredSignal,
  type RegisteredFact,
  registeredSignal,
  resourceStateChangedSignal,
} from './messages.ts';

/** The instance ended although it was not asked to. */
export class MachineEnded extends Error {
  override readonly name = 'MachineEnded';
  readonly fact: InstanceFact;

  constructor(fact: InstanceFact) {
    super(`${fact.instanceId} is ${fact.state}`);
    this.fact = fact;
  }
}

export class MachineSignals {
  readonly #instances = new Map<string, InstanceFact>();
  readonly #registrations = new Map<string, RegisteredFact>();
  readonly #answers = new Map<string, MachineAnsweredFact>();
  readonly #resources = new Map<string, string>();
  readonly #gone = new Set<string>();

  constructor() {
    setHandler(instanceStateChangedSignal, (fact) => {
      const known = this.#instances.get(name(fact));
      // An ended instance stays ended, whatever an older look at it says.
      if (known === undefined || !isEnded(known.state)) this.#instances.set(name(fact), fact);
    });
    setHandler(registeredSignal, (fact) => void this.#registrations.set(name(fact), fact));
    setHandler(machineAnsweredSignal, (fact) => void this.#answers.set(fact.orderId, fact));
    setHandler(machineEndedSignal, ({ instanceId }) => void this.#gone.add(instanceId));
    setHandler(resourceStateChangedSignal, (fact) => void this.#resources.set(fact.resourceId, fact.state));
  }

  /** Resolves when the instance runs; throws MachineEnded if it ends first. */
  async untilRunning(launch: Launched): Promise<void> {
    await condition(
      () => this.#registrations.has(name(launch)) || this.#state(launch) === 'running' || this.#hasEnded(launch),
    );
    this.#throwIfEnded(launch);
  }

  /** Resolves when the instance is in that state; throws MachineEnded if it ends first. */
  async untilState(launch: Launched, state: InstanceState): Promise<void> {
    await condition(() => this.#state(launch) === state || this.#hasEnded(launch));
    this.#throwIfEnded(launch);
  }

  /** What was told of the launch before is of a state that it is about to leave. */
  forget(launch: Launched): void {
    this.#instances.delete(name(launch));
    this.#registrations.delete(name(launch));
  }

  /** Resolves with what the machine said when it registered; throws MachineEnded if it ends first, and what it was refused with. */
  async untilRegistered(launch: Launched): Promise<Registration> {
    await condition(() => this.#registrations.has(name(launch)) || this.#hasEnded(launch));
    this.#throwIfEnded(launch);
    const { registration, refused } = this.#registrations.get(name(launch))!;
    if (refused !== undefined) throw failure(refused.code, refused.context);
    return registration;
  }

  async untilEnded(launch: Launched): Promise<void> {
    await condition(() => this.#hasEnded(launch));
  }

  /** Resolves when the instance ends, with what is thrown for it. */
  async endOf(launch: Launched): Promise<MachineEnded> {
    await this.untilEnded(launch);
    return new MachineEnded(this.#instances.get(name(launch))!);
  }

  /** Resolves with the machine's answer to the order; null where it is gone and will never answer. */
  async untilAnswered(
    orderId: string,
    { instanceId }: Pick<Machine, 'instanceId'>,
  ): Promise<MachineAnsweredFact | null> {
    await condition(() => this.#answers.has(orderId) || this.#gone.has(instanceId));
    return this.#answers.get(orderId) ?? null;
  }

  /** Resolves with the state that the sweep told of a volume or snapshot; only those that end a wait are told. */
  async untilSettled(resourceId: string): Promise<string> {
    await condition(() => this.#resources.has(resourceId));
    const state = this.#resources.get(resourceId)!;
    this.#resources.delete(resourceId);
    return state;
  }

  #state(launch: Launched) {
    return this.#instances.get(name(launch))?.state;
  }

  #hasEnded(launch: Launched): boolean {
    const state = this.#state(launch);
    return state !== undefined && isEnded(state);
  }

  #throwIfEnded(launch: Launched): void {
    const fact = this.#instances.get(name(launch));
    if (fact !== undefined && isEnded(fact.state)) throw new MachineEnded(fact);
  }
}

type Launched = Pick<LaunchKey, 'generation' | 'attempt'>;

const name = ({ generation, attempt }: Launched): string => `${generation}/${attempt}`;
