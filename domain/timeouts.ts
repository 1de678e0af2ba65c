// The durations of operations: from the settings, carried into workflows, which have no environment.

/** Milliseconds. */
export type Timeouts = {
  /** For a machine to bring its home to rest. */
  readonly quiesceMs: number;
  /** For AWS to let go of a volume that nobody has mounted. */
  readonly detachMs: number;
  /** For a snapshot to be whole. */
  readonly snapshotMs: number;
  /** For the old machine to have its home back after a failure. */
  readonly returnMs: number;
  /** For a machine that is started or rebooted to register. */
  readonly bootMs: number;
  /** Interruptions within a day after which a policy that may go on-demand does. A count. */
  readonly demoteAfter: number;
  /** Until capacity is looked for again, the first time and at most. */
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
  /** For an instance to stop. */
  readonly stopMs: number;
};
