// `berth migrate`: brings the database to the newest schema and says what it did.

import { readSettings } from '../config/settings.ts';
import { migrate } from '../store/migrate.ts';

export async function runMigrate(): Promise<void> {
  const settings = readSettings(process.env, ['DATABASE_URL']);
  const ran = await migrate(settings.DATABASE_URL, (line) => console.error(line));
  console.log(ran.length === 0 ? 'the schema is up to date' : `migrated: ${ran.join(', ')}`);
}
