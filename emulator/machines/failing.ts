// Machines that fail in one way each, made of machines that work.

import type { Clock } from '../clock.ts';
import type { MachineRuntime } from './runtime.ts';

/** Boots, works, and dies after a while. The instance goes on running, as after a kernel panic. */
export const crashing = (inner: MachineRuntime, clock: Clock, afterMs: () => number): MachineRuntime => ({
  boot(machine) {
    const running = inner.boot(machine);
    const cancel = clock.schedule(clock.now() + afterMs(), () => {
      machine.log('the machine has crashed');
      void running.stop();
      machine.ended('crash');
    });
    return {
      stop() {
        cancel();
        return running.stop();
      },
    };
  },
});

/** Registers, and is not heard of again: a hung machine. */
export const mute = (inner: MachineRuntime): MachineRuntime => ({
  boot(machine) {
    const running = inner.boot({
      ...machine,
      log(line) {
        machine.log(line);
        if (/\bregistered\b/.test(line)) void running.stop();
      },
      // That it is stopped here is not its own doing.
      ended: () => {},
    });
    return running;
  },
});
