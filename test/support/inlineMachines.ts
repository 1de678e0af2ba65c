// Runs the real sidecar inside this process: hundreds of machines without hundreds of processes.

import { isForSidecar, type MachineRuntime } from '../../emulator/machines/runtime.ts';
import { runSidecar } from '../../sidecar/sidecar.ts';

export const inlineMachines = (): MachineRuntime => ({
  boot({ root, metadataUrl, userData, log }) {
    if (!isForSidecar(userData)) return { stop: async () => {} };
    const stop = new AbortController();
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: metadataUrl };
    const ended = runSidecar({ root, env, signal: stop.signal, log, homePollMs: 10 }).catch((error: unknown) => {
      if (!stop.signal.aborted) log(`ended: ${String(error)}`);
    });
    return {
      async stop() {
        stop.abort();
        await ended;
      },
    };
  },
});
