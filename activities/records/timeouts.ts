// Reads the durations of operations from the settings.

import type { Timeouts } from '../../domain/timeouts.ts';
import type { Dependencies } from '../dependencies.ts';

export const readTimeouts =
  ({ settings }: Dependencies) =>
  async (): Promise<Timeouts> => ({
    quiesceMs: settings.QUIESCE_TIMEOUT_SECONDS * 1000,
    detachMs: settings.DETACH_TIMEOUT_SECONDS * 1000,
    snapshotMs: settings.SNAPSHOT_TIMEOUT_SECONDS * 1000,
    returnMs: settings.RETURN_TIMEOUT_SECONDS * 1000,
    bootMs: settings.PROVISION_TIMEOUT_SECONDS * 1000,
    demoteAfter: settings.SPOT_DEMOTE_AFTER,
    retryFirstMs: settings.CAPACITY_RETRY_FIRST_MS,
    retryMaxMs: settings.CAPACITY_RETRY_MAX_MS,
    stopMs: settings.STOP_TIMEOUT_SECONDS * 1000,
  });
