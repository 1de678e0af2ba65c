// What the routes are made with, and what a request carries on its way to them.

import type { Logger } from 'pino';
import type { SettingsWith } from '../config/settings.ts';
import type { Catalogue } from '../data/catalogue.ts';
import type { TenantId, WorkspaceId } from '../domain/ids.ts';
import type { Database } from '../store/pool.ts';
import type { Commands } from './commands.ts';
import type { EventHub } from './eventHub.ts';

export type ApiSettings = SettingsWith<'DATABASE_URL' | 'ADMIN_TOKEN' | 'BERTH_SERVER_SECRET'>;

export type ApiDependencies = {
  readonly db: Database;
  readonly commands: Commands;
  readonly events: EventHub;
  /** News for machines. */
  readonly orders: EventHub;
  readonly catalogue: Catalogue;
  readonly settings: ApiSettings;
  readonly log: Logger;
};

/** Who is asking; the words are those of the audit (facts/wire.md 1.2). */
export type Actor = 'admin-token' | `workspace:${string}`;

export type ApiEnv = {
  Variables: {
    requestId: string;
    tenantId: TenantId;
    actor: Actor;
    /** The workspace of the path, where the route has one. */
    workspaceId: WorkspaceId;
  };
};
