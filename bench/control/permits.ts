// A permit is one indexed read: how much more than a bare one, and how many a second, with 1,000 workspaces in the table?

import { randomUUID } from 'node:crypto';
import { permitFor } from '../../domain/control-lock-permit.ts';
import type { TenantId, WorkspaceId } from '../../domain/ids.ts';
import { newWorkspace } from '../../domain/workspace.ts';
import { permitView } from '../../store/controlLocks.ts';
import type { Database } from '../../store/pool.ts';
import { publishWorkspace } from '../../store/workspaces.ts';
import { type Figures, figuresOf, row } from '../figures.ts';

const WORKSPACES = 1_000;
const WARM_UP = 500;
const TOGETHER = 16;
const FOR_MS = 3_000;

export async function permits(
  db: Database,
  rounds: number,
): Promise<{ bare: Figures; ours: Figures; perSecond: number }> {
  const ids = await held(db);
  const some = (): WorkspaceId => ids[Math.floor(Math.random() * ids.length)]!;
  const [bare, ours]: [number[], number[]] = [[], []];
  for (let round = -WARM_UP; round < rounds; round++) {
    const [a, b, c] = round % 2 === 0 ? await bareFirst() : await oursFirst();
    if (round < 0) continue;
    bare.push(b - a);
    ours.push(c - b);
  }
  const [f, o] = [figuresOf(bare), figuresOf(ours)];
  console.log(row('bare indexed read', f));
  console.log(row('permit', o));
  console.log(
    `permit over the read: p50 ${(o.p50 / f.p50).toFixed(2)}, p99 ${(o.p99 / f.p99).toFixed(2)} (1.3 or less)`,
  );
  const perSecond = await throughput();
  console.log(`${perSecond} permits a second in one process, ${TOGETHER} at a time (5,000 or more)`);
  return { bare: f, ours: o, perSecond };

  /** The two in turns, so that neither always has the warmer connection. */
  async function bareFirst(): Promise<[number, number, number]> {
    const id = some();
    const a = performance.now();
    await readBare(id);
    const b = performance.now();
    await permit(id);
    return [a, b, performance.now()];
  }
  async function oursFirst(): Promise<[number, number, number]> {
    const id = some();
    const a = performance.now();
    await permit(id);
    const b = performance.now();
    await readBare(id);
    const c = performance.now();
    return [0, c - b, c - b + (b - a)];
  }
  function readBare(id: WorkspaceId): Promise<unknown> {
    return db.query({ name: 'bare', text: 'select fence from control_locks where workspace_id = $1', values: [id] });
  }
  async function permit(id: WorkspaceId): Promise<void> {
    const verdict = permitFor(
      await permitView(db, id),
      { fence: 1, generation: 1, kind: 'pointer' },
      { permitMs: 1_000, hidesScreen: true },
    );
    if ('refused' in verdict) throw new Error(`a permit was refused: ${verdict.refused}`);
  }
  async function throughput(): Promise<number> {
    let count = 0;
    const until = performance.now() + FOR_MS;
    await Promise.all(
      Array.from({ length: TOGETHER }, async () => {
        for (; performance.now() < until; count++) await permit(some());
      }),
    );
    return Math.round(count / (FOR_MS / 1_000));
  }
}

/** Workspaces whose agents have control. */
async function held(db: Database): Promise<WorkspaceId[]> {
  const ids = Array.from({ length: WORKSPACES }, () => randomUUID() as WorkspaceId);
  const profile = { name: 'bench', role: null, runtime: null, tier: 3, compute: {} } as const;
  for (const id of ids) {
    await publishWorkspace(db, { ...newWorkspace(id, 'bench' as TenantId), profile, version: 1, generation: 1 }, []);
  }
  await db.query(
    `insert into control_locks (workspace_id, version, fence, generation, controller, holder, expires_at)
     select id, 1, 1, 1, 'agent', 'workspace:' || id, now() + interval '1 hour' from unnest($1::uuid[]) as id`,
    [ids],
  );
  return ids;
}
