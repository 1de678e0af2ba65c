// Boots the real sidecar inside the emulator's own process: a thousand machines without a thousand processes.

import { runSidecar, type SidecarOptions } from '../../sidecar/sidecar.ts';
import { isForSidecar, type MachineRuntime } from './runtime.ts';

/** @param how between a machine's looks for notices, and whoever acts on its desktop; absent = as on a real one. */
export const inlineMachines = (how: Pick<SidecarOptions, 'noticePollMs' | 'onDesktop'> = {}): MachineRuntime => ({
  boot({ root, metadataUrl, userData, log, ended }) {
    if (!isForSidecar(userData)) return { stop: async () => {} };
    const stop = new AbortController();
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: metadataUrl };
    const running = runSidecar({ root, env, signal: stop.signal, log, ...how }).catch((error: unknown) => {
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
