// What every activity is made with; passed once, when a worker starts.

import type { Logger } from 'pino';
import type { Ec2Clients } from './ec2/clients.ts';
import type { Catalogue } from '../data/catalogue.ts';
import type { SettingsWith } from '../config/settings.ts';
import type { Database } from '../store/pool.ts';

export type ActivitySettings = SettingsWith<'PLATFORM_URL' | 'BERTH_SERVER_SECRET'>;

export type Dependencies = {
  readonly db: Database;
  readonly ec2: Ec2Clients;
  readonly catalogue: Catalogue;
  readonly settings: ActivitySettings;
  readonly log: Logger;
};
