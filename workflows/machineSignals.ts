// What an operation has been told about its launches, and the waits on it. Signals may come before the wait, or twice.

import { condition, setHandler } from '@temporalio/workflow';
import { type InstanceFact, isEnded, type LaunchKey } from '../domain/machine.ts';
import type { Registration } from '../domain/workspace.ts';
import { instanceStateChangedSignal, registeredSignal } from './messages.ts';

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
  readonly #registrations = new Map<string, Registration>();

  constructor() {
    setHandler(instanceStateChangedSignal, (fact) => {
      const known = this.#instances.get(name(fact));
      // An ended instance stays ended, whatever an older look at it says.
      if (known === undefined || !isEnded(known.state)) this.#instances.set(name(fact), fact);
    });
    setHandler(registeredSignal, (fact) => void this.#registrations.set(name(fact), fact.registration));
  }

  /** Resolves when the instance runs; throws MachineEnded if it ends first. */
  async untilRunning(launch: Launched): Promise<void> {
    await condition(
      () => this.#registrations.has(name(launch)) || this.#state(launch) === 'running' || this.#hasEnded(launch),
    );
    this.#throwIfEnded(launch);
  }

  /** Resolves with what the machine said when it registered; throws MachineEnded if it ends first. */
  async untilRegistered(launch: Launched): Promise<Registration> {
    await condition(() => this.#registrations.has(name(launch)) || this.#hasEnded(launch));
    this.#throwIfEnded(launch);
    return this.#registrations.get(name(launch))!;
  }

  async untilEnded(launch: Launched): Promise<void> {
    await condition(() => this.#hasEnded(launch));
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
