// `berth api`: serves the API until it is told to stop.

import { startApi } from '../api/server.ts';
import { readSettings } from '../config/settings.ts';
import { endOrderly } from './lifetime.ts';
import { processLog } from './log.ts';

/** Requests under way get this long. */
const FORCE_MS = 15_000;

export async function runApi(): Promise<void> {
  const settings = readSettings(process.env, ['DATABASE_URL', 'ADMIN_TOKEN', 'BERTH_SERVER_SECRET']);
  const api = await startApi(settings, processLog('api', settings));
  endOrderly(() => api.stop(), FORCE_MS);
  console.log(`api listening on ${api.url}`);
}
