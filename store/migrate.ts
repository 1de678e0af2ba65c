// Brings a database to the newest schema: the numbered SQL files in order, each in a transaction, under the library's advisory lock.

import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';

const MIGRATIONS = fileURLToPath(new URL('./migrations', import.meta.url));

/** Returns the names of the migrations that ran. Two at once are safe: the second waits, then finds nothing to do. */
export async function migrate(databaseUrl: string, log: (line: string) => void = () => {}): Promise<string[]> {
  for (;;) {
    try {
      const ran = await runner({
        databaseUrl,
        dir: MIGRATIONS,
        direction: 'up',
        migrationsTable: 'schema_migrations',
        // Each file commits by itself: a later one that fails leaves the earlier ones in place and names itself.
        singleTransaction: false,
        logger: { debug: () => {}, info: () => {}, warn: log, error: log },
      });
      return ran.map((migration) => migration.name);
    } catch (error) {
      // The library refuses, rather than waits, while another process migrates.
      if (!(error instanceof Error) || !/another migration is already running/i.test(error.message)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
