// What must hold of everything that a workspace has ever had in AWS, whatever failed (each answers what is broken; empty = all well).

/** As a ledger, or a list of AWS's own, describes it. */
export type Made = {
  readonly kind: 'instance' | 'volume' | 'snapshot';
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly clientToken: string | null;
  readonly state: string;
  /** ISO. */
  readonly createdAt: string;
  /** ISO; null = it is still there. */
  readonly endedAt: string | null;
  readonly billable: boolean;
};

/** What a workspace says that it has; null = nothing of that kind. */
export type Owned = {
  readonly machine: string | null;
  readonly home: string | null;
  /** Snapshots of its restore points. */
  readonly snapshots: readonly string[];
};

const ENDED = ['shutting-down', 'terminated'];

/** The tag of a home's volume; any other one is the root of a machine. */
export const HOME_TAG = { key: 'berth:volume', value: 'home' } as const;

/** Two while one takes over from the other, never three. */
export function twoMachinesAtMost(made: readonly Made[]): string[] {
  const machines = made.filter(({ kind }) => kind === 'instance');
  const beside = ({ createdAt: at }: Made): Made[] =>
    machines.filter(({ createdAt, endedAt }) => createdAt <= at && (endedAt === null || endedAt > at));
  const most = machines.map(beside).sort((a, b) => b.length - a.length)[0] ?? [];
  return most.length <= 2 ? [] : [`machines at once: ${idsOf(most)}`];
}

/** A token that was used twice has made two machines for one intent. */
export function oneLaunchPerToken(made: readonly Made[]): string[] {
  const tokens = made.filter(({ kind }) => kind === 'instance').map(({ clientToken }) => String(clientToken));
  const repeated = tokens.filter((token, index) => tokens.indexOf(token) !== index);
  return repeated.length === 0 ? [] : [`launches of one token: ${repeated.join()}`];
}

/** Once an operation has ended: the machine that its workspace says that it has, and no other one. */
export function oneLiveMachine(made: readonly Made[], { machine }: Pick<Owned, 'machine'>): string[] {
  const live = made.filter(({ kind, state }) => kind === 'instance' && !ENDED.includes(state));
  return same('live machines', idsOf(live), machine ?? '');
}

/** What costs money is the workspace's: its home and no other volume but a root for each machine, and a restore point for each snapshot. */
export function nothingWithoutOwner(made: readonly Made[], { home, snapshots, machine }: Owned): string[] {
  const volumes = made.filter(({ kind, billable }) => kind === 'volume' && billable);
  const homes = volumes.filter(({ tags }) => tags[HOME_TAG.key] === HOME_TAG.value);
  const copies = made.filter(({ kind, billable }) => kind === 'snapshot' && billable);
  return [
    ...same('homes', idsOf(homes), home ?? ''),
    ...same('root volumes', String(volumes.length - homes.length), machine === null ? '0' : '1'),
    ...same('snapshots', idsOf(copies), snapshots.toSorted().join()),
  ];
}

/** Of a workspace that is gone for good. */
export function nothingIsLeft(made: readonly Made[]): string[] {
  return same('what costs money', idsOf(made.filter(({ billable }) => billable)), '');
}

const idsOf = (made: readonly Made[]): string =>
  made
    .map(({ id }) => id)
    .toSorted()
    .join();

const same = (what: string, found: string, expected: string): string[] =>
  found === expected ? [] : [`${what}: ${found || 'none'}, not ${expected || 'none'}`];
