// What every activity is made with; passed once, when a worker starts.

import type { Logger } from 'pino';
import type { WorkspaceId } from '../domain/ids.ts';
import type { WorkspaceState } from '../domain/workspace.ts';
import type { Ec2Clients } from './ec2/clients.ts';
import type { Catalogue } from '../data/catalogue.ts';
import type { SettingsWith } from '../config/settings.ts';
import type { Database } from '../store/pool.ts';

export type ActivitySettings = SettingsWith<'PLATFORM_URL' | 'BERTH_SERVER_SECRET'>;

/** The entities of workspaces, as Temporal has them. */
export type Entities = {
  /** Ids of the workspaces that have one; a second or two old. */
  running(): Promise<ReadonlySet<string>>;
  /** It, or the operation that it began last. */
  isRunning(workspace: {
    readonly id: WorkspaceId;
    readonly operation_id: string | null;
    readonly operation_kind: string | null;
  }): Promise<boolean>;
  /**
   * Ends those whose workflow tasks fail again and again, so that they can be taken up; answers how many. None where there are many:
   * that is the code, and the next version of it may go on with them.
   */
  endStuck(): Promise<number>;
  /** `keepDays` null = it was not being deleted. False = somebody else has started it meanwhile. */
  start(state: WorkspaceState, keepDays: number | null): Promise<boolean>;
};

export type Dependencies = {
  readonly entities: Entities;
  readonly db: Database;
  readonly ec2: Ec2Clients;
  readonly catalogue: Catalogue;
  readonly settings: ActivitySettings;
  readonly log: Logger;
};
