// The newest restore point of a workspace that AWS has been asked for: what its home can be brought back to at worst.

import type { RestorePointQuality } from '../domain/machine.ts';

export type LastRestorePoint = {
  readonly id: string;
  readonly taken_at: Date;
  readonly quality: RestorePointQuality;
  readonly reason: string;
  readonly state: 'pending' | 'completed';
};

/** A column `last_restore_point` of a query over workspaces `w`. Its times are text: `readLast` reads them. */
export const LAST_RESTORE_POINT = `(
  select jsonb_build_object('id', p.id, 'taken_at', p.requested_at, 'quality', p.quality, 'reason', p.reason, 'state', p.state)
  from restore_points p
  where p.workspace_id = w.id and p.state <> 'deleted' and p.state in ('pending', 'completed')
  order by p.requested_at desc limit 1
) as last_restore_point`;

export const readLast = (value: LastRestorePoint | null): LastRestorePoint | null =>
  value === null ? null : { ...value, taken_at: new Date(value.taken_at) };
