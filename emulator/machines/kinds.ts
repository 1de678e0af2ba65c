// The kinds of machines by their names in the settings.

import type { Clock } from '../clock.ts';
import type { Instance } from '../ec2/instances.ts';
import { crashing, mute } from './failing.ts';
import { inlineMachines } from './inline.ts';
import { processMachines } from './process.ts';
import { type MachineRuntime, noMachines } from './runtime.ts';

export type MachineKinds = Readonly<Record<Instance['machine'], MachineRuntime>>;

/** Those that fail are made of `base`: machines in processes, or inside the emulator. */
export const machineKinds =
  (base: 'process' | 'inline') =>
  (clock: Clock, crashAfterMs: () => number): MachineKinds => {
    const own = base === 'process' ? processMachines() : inlineMachines();
    return {
      process: processMachines(),
      inline: inlineMachines(),
      never: noMachines(),
      crash: crashing(own, clock, crashAfterMs),
      mute: mute(own),
    };
  };

/** Whatever the settings say, instances run what a test brings. */
export const always = (runtime: MachineRuntime) => (): MachineKinds => ({
  process: runtime,
  inline: runtime,
  never: runtime,
  crash: runtime,
  mute: runtime,
});
