// The ground that the other tests stand on.

import { Connection } from '@temporalio/client';
import { connect } from '../../store/pool.ts';
import { testDatabase } from './database.ts';
import { shared } from './servers.ts';

it('gives each file a database of its own with the newest schema', async () => {
  const [one, other] = await Promise.all([testDatabase(), testDatabase()]);
  const db = connect(one.url);
  const { rows } = await db.query('select count(*)::int as tables from workspaces');
  expect(rows).toEqual([{ tables: 0 }]);
  expect(one.url).not.toBe(other.url);
  await db.end();
  await Promise.all([one.drop(), other.drop()]);
});

it('has a Temporal server that runs activities eagerly', async () => {
  const connection = await Connection.connect({ address: shared('TEMPORAL_ADDRESS') });
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  expect(serverVersion).toMatch(/^1\.(3[1-9]|[4-9]\d)\./);
  await connection.close();
});
