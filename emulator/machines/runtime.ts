// What runs inside an instance: nothing, a process, the same code in this process, or whatever a test brings.

export type MachineSpec = {
  readonly instanceId: string;
  readonly accountId: string;
  /** The folder that plays the machine's root. */
  readonly root: string;
  /** Where its metadata service is. */
  readonly metadataUrl: string;
  readonly userData: Buffer | null;
  /** Its console. */
  readonly log: (line: string) => void;
  /** Told when the machine ends by itself. */
  readonly ended: (how: 'shutdown' | 'crash') => void;
};

export type RunningMachine = { stop(): Promise<void> };
export type MachineRuntime = { boot(machine: MachineSpec): RunningMachine };

/** All machines are on this one: each display takes a port that is free. */
export const DISPLAY_ADDRESS = '127.0.0.1:0';

/** Instances run, and nothing runs in them. */
export const noMachines = (): MachineRuntime => ({ boot: () => ({ stop: async () => {} }) });

/** User data in JSON with a `berth` key is meant for Berth's sidecar; any other machine simply runs. */
export function isForSidecar(userData: Buffer | null): boolean {
  try {
    const content: unknown = JSON.parse(userData?.toString() ?? '');
    return typeof content === 'object' && content !== null && 'berth' in content;
  } catch {
    return false;
  }
}
