// Whether a workspace has a display that may be asked for, and whether it is up: told apart, as the next step is another one.

import { BerthError } from '../../domain/errors.ts';
import type { WorkspaceRow } from '../../store/workspaces.ts';
import type { ApiSettings } from '../context.ts';
import { type DisplayStatus, displayStatus, hasDisplay } from '../presentDisplay.ts';

/** T1 has no desktop (X17). */
const LEAST_TIER = 2;

/** Throws DISPLAY_NOT_ENABLED or TIER_FORBIDS. */
export function mustHaveDisplay(row: WorkspaceRow): void {
  if (!hasDisplay(row)) throw new BerthError('DISPLAY_NOT_ENABLED');
  if (row.tier < LEAST_TIER)
    throw new BerthError('TIER_FORBIDS', { tier: row.tier, what: 'a display', least: LEAST_TIER });
}

/** Throws those, and DISPLAY_UNAVAILABLE where it is in none of the states `enough`. */
export function mustBeUp(row: WorkspaceRow, settings: ApiSettings, enough: readonly DisplayStatus[]): void {
  mustHaveDisplay(row);
  const status = displayStatus(row, settings);
  if (!enough.includes(status)) throw new BerthError('DISPLAY_UNAVAILABLE', { status });
}
