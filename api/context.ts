// What the routes are made with, and what a request carries on its way to them.

import type { Logger } from 'pino';
import type { SettingsWith } from '../config/settings.ts';
import type { Catalogue } from '../data/catalogue.ts';
import type { TenantId, WorkspaceId } from '../domain/ids.ts';
import type { Database } from '../store/pool.ts';
import type { Commands } from './commands.ts';
import type { ControlCommands } from './controlCommands.ts';
import type { EventHub } from './eventHub.ts';

export type ApiSettings = SettingsWith<'DATABASE_URL' | 'ADMIN_TOKEN' | 'BERTH_SERVER_SECRET'>;

export type ApiDependencies = {
  readonly db: Database;
  readonly commands: Commands;
  readonly control: ControlCommands;
  readonly events: EventHub;
  /** News for machines. */
  readonly orders: EventHub;
  /** Changes of control locks. */
  readonly controlNews: EventHub;
  readonly catalogue: Catalogue;
  readonly settings: ApiSettings;
  readonly log: Logger;
};

/** Who is asking; the words are those of the audit (facts/wire.md 1.2). */
export type Actor = 'admin-token' | `org-token:${string}` | `session:${string}` | `workspace:${string}`;

/** Whoever wants control of a display. */
export type Caller = {
  readonly actor: Actor;
  readonly controller: 'agent' | 'user';
  readonly isAdmin: boolean;
  /** Of the agent's machine; null for people. */
  readonly generation: number | null;
};

export type ApiEnv = {
  Variables: {
    requestId: string;
    tenantId: TenantId;
    actor: Actor;
    /** On the routes of control (api/controlAuth.ts). */
    caller: Caller;
    /** The workspace of the path, where the route has one. */
    workspaceId: WorkspaceId;
  };
};
