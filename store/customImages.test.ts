// A tenant's own image is tried by one launch at a time, and has to stay what it was when it first booted.

import type { TenantId, WorkspaceId } from '../domain/ids.ts';
import { useDatabase } from '../test/support/database.ts';
import { claimTrial, proveImage } from './customImages.ts';
import type { Database } from './pool.ts';
import { release, reserve } from './reservations.ts';

let db: Database;
useDatabase((opened) => {
  db = opened;
});
beforeEach(() => db.query('truncate custom_images, reservations'));

const workspace = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}` as WorkspaceId;
const launching = async (n: number, generation = 1) => {
  const tenantId = 'acme' as TenantId;
  const taken = { region: 'us-east-1', quotaCode: null, vcpus: 2, hourly: 0, monthly: 0 };
  await reserve(db, { workspaceId: workspace(n), generation, tenantId, ...taken });
};
const claim = (n: number, digest = 'one', generation = 1, tenant = 'acme') =>
  claimTrial(db, { tenantId: tenant as TenantId, imageId: 'ami-1', digest, workspaceId: workspace(n), generation });

it('is tried by one launch, which may ask again; another one has to wait', async () => {
  await launching(1);
  expect(await claim(1)).toEqual({ verdict: 'mine' });
  expect(await claim(1)).toEqual({ verdict: 'mine' });
  expect(await claim(2)).toEqual({ verdict: 'under-way', workspaceId: workspace(1) });
  expect(await claim(1, 'one', 2)).toEqual({ verdict: 'under-way', workspaceId: workspace(1) });
  expect(await claim(2, 'one', 1, 'other')).toEqual({ verdict: 'mine' });
});

it('of many at once one tries it', async () => {
  await Promise.all([1, 2, 3, 4, 5, 6].map((n) => launching(n)));
  const verdicts = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => claim(n)));
  expect(verdicts.filter(({ verdict }) => verdict === 'mine')).toHaveLength(1);
});

it('a trial that was given up leaves it to the next, changed or not', async () => {
  await launching(1);
  await claim(1);
  await release(db, workspace(1), { from: 1, to: 1 });
  await launching(2);
  expect(await claim(2, 'two')).toEqual({ verdict: 'mine' });
});

it('once it has booted anybody may launch it, as long as it is the same', async () => {
  await launching(1);
  await claim(1);
  await db.query(proveImage('$1', '$2'), [workspace(1), 1]);
  expect(await claim(2)).toEqual({ verdict: 'proven' });
  expect(await claim(2, 'two')).toEqual({ verdict: 'changed', digest: 'one' });
  await db.query(proveImage('$1', '$2'), [workspace(2), 1]);
  expect(await claim(1)).toEqual({ verdict: 'proven' });
});
