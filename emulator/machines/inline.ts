// Boots the real sidecar inside the emulator's own process: a thousand machines without a thousand processes.

import { runSidecar, type SidecarOptions } from '../../sidecar/sidecar.ts';
import { DISPLAY_ADDRESS, isForSidecar, type MachineRuntime } from './runtime.ts';

type How = Pick<SidecarOptions, 'noticePollMs' | 'onDesktop' | 'openDisplay'>;

/** @param how between a machine's looks for notices, whoever acts on its desktop, its display; absent = as on a real one. */
export const inlineMachines = (how: How = {}): MachineRuntime => ({
  boot({ root, metadataUrl, userData, log, ended }) {
    if (!isForSidecar(userData)) return { stop: async () => {} };
    const stop = new AbortController();
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: metadataUrl };
    const machine = { root, env, signal: stop.signal, log, displayAddress: DISPLAY_ADDRESS };
    const running = runSidecar({ ...machine, ...how }).catch((error: unknown) => {
      if (stop.signal.aborted) return;
      log(`ended: ${String(error)}`);
      ended('crash');
    });
    return {
      async stop() {
        stop.abort();
        await running;
      },
    };
  },
});
