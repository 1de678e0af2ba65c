// Registration: every refusal, what may be repeated until the token is used, and whose token it then is.

import { randomUUID } from 'node:crypto';
import { hashToken, mintToken } from '../credentials/secrets.ts';
import type { WorkspaceId } from '../domain/ids.ts';
import type { LaunchKey } from '../domain/machine.ts';
import { useDatabase } from '../test/support/database.ts';
import { findLaunch, recordEnded, recordIntent, recordLaunched, recordRefused, recordTerminating } from './launches.ts';
import type { Database } from './pool.ts';
import { findToken, type Registered, register } from './registrations.ts';

let db: Database;
useDatabase((opened) => {
  db = opened;
});

const instanceOf = ({ workspaceId, generation, attempt }: LaunchKey): string =>
  `i-${workspaceId}-${generation}-${attempt}`;

async function requested(key: Partial<LaunchKey> = {}, bootDeadlineAt = new Date(Date.now() + 600_000)) {
  const launch: LaunchKey = { workspaceId: randomUUID() as WorkspaceId, generation: 1, attempt: 1, ...key };
  await recordIntent(db, {
    ...launch,
    tenantId: 'acme',
    region: 'r',
    operationWorkflowId: 'provision/1',
    clientToken: randomUUID(),
    request: { ImageId: 'ami-1', MinCount: 1, MaxCount: 1 },
    bootDeadlineAt,
  });
  return launch;
}

async function launched(...args: Parameters<typeof requested>): Promise<LaunchKey> {
  const launch = await requested(...args);
  await recordLaunched(db, launch, instanceOf(launch), 'provision/1');
  return launch;
}

type Exchange = { readonly answer: Registered; readonly token: Buffer };
async function exchange(launch: LaunchKey, instanceId = instanceOf(launch)): Promise<Exchange> {
  const { hash: token, prefix: tokenPrefix } = mintToken();
  const home = { volumeId: 'vol-1', digest: null };
  const what = { home, url: 'http://10.0.0.1', agentCard: { name: 'a' }, instanceId, tokenHash: token, tokenPrefix };
  return { answer: await register(db, { ...launch, ...what }), token };
}
const refusal = async (launch: LaunchKey, instanceId?: string): Promise<string> => {
  const { answer, token } = await exchange(launch, instanceId);
  // Whatever the reason, the token of a refused exchange is nobody's.
  if (answer.result !== 'registered') expect(await findToken(db, token)).toBeNull();
  return answer.result;
};

it("a launch is registered, and its token is its workspace's", async () => {
  const launch = await launched();
  const { answer, token } = await exchange(launch);
  expect(answer).toEqual({
    result: 'registered',
    operationWorkflowId: 'provision/1',
    tenantId: 'acme',
    instanceId: instanceOf(launch),
  });
  expect(await findLaunch(db, launch)).toMatchObject({ registered_at: expect.any(Date), agent_card: { name: 'a' } });
  const { workspaceId } = launch;
  expect(await findToken(db, token)).toEqual({
    workspaceId,
    generation: 1,
    attempt: 1,
    tenantId: 'acme',
    isSuperseded: false,
  });
});

it('a machine that is quicker than the record of its launch is registered', async () => {
  expect(await refusal(await requested())).toBe('registered');
});

it('a launch that was never asked for is unknown', async () => {
  const launch = await launched();
  expect(await refusal({ ...launch, workspaceId: randomUUID() as WorkspaceId })).toBe('unknown');
  expect(await refusal({ ...launch, generation: 2 })).toBe('unknown');
  expect(await refusal({ ...launch, attempt: 2 })).toBe('unknown');
});

it('an instance that is not the one that was launched is another one', async () => {
  expect(await refusal(await launched(), 'i-copy')).toBe('other-instance');
});

it.each<[string, (launch: LaunchKey) => Promise<unknown>]>([
  ['a newer attempt', (launch) => requested({ ...launch, attempt: 2 })],
  ['a newer generation', (launch) => requested({ ...launch, generation: 2 })],
  ['its termination', (launch) => recordTerminating(db, launch, 'destroy/1')],
  ['its end', (launch) => recordEnded(db, launch, null)],
])('%s closes a launch', async (_, close) => {
  const launch = await launched();
  await close(launch);
  expect(await refusal(launch)).toBe('closed');
});

it('a refused launch is closed, and the attempt after it is not', async () => {
  const launch = await requested();
  await recordRefused(db, launch, 'InsufficientInstanceCapacity');
  expect(await refusal(launch)).toBe('closed');
  expect(await refusal(await launched({ ...launch, attempt: 2 }))).toBe('registered');
});

it('a launch past its boot deadline is expired', async () => {
  expect(await refusal(await launched({}, new Date(Date.now() - 1_000)))).toBe('expired');
});

it('an exchange repeated before the token is used replaces the token; then it is used', async () => {
  const launch = await launched();
  const lost = await exchange(launch);
  const kept = await exchange(launch);
  expect(kept.answer.result).toBe('registered');
  expect(await findToken(db, lost.token)).toBeNull();
  expect(await findToken(db, kept.token)).toMatchObject({ isSuperseded: false });
  expect(await refusal(launch)).toBe('used');
  expect(await findToken(db, kept.token)).toMatchObject({ isSuperseded: false });
});

it('of many exchanges at once one token is good', async () => {
  const launch = await launched();
  const exchanges = await Promise.all(Array.from({ length: 6 }, () => exchange(launch)));
  expect(exchanges.map(({ answer }) => answer.result)).toEqual(Array(6).fill('registered'));
  const owners = [];
  for (const { token } of exchanges) owners.push(await findToken(db, token));
  expect(owners.filter((owner) => owner !== null)).toHaveLength(1);
});

it('the first use of a token is remembered, and a later one does not move it', async () => {
  const { token } = await exchange(await launched());
  const firstUse = async (): Promise<Date | null> => {
    const { rows } = await db.query('select first_used_at from workspace_auth_tokens where token_hash = $1', [token]);
    return rows[0].first_used_at;
  };
  expect(await firstUse()).toBeNull();
  await findToken(db, token);
  const used = await firstUse();
  expect(used).toEqual(expect.any(Date));
  await findToken(db, token);
  expect(await firstUse()).toEqual(used);
});

it("a newer generation's registration supersedes the token of the older one", async () => {
  const old = await launched();
  const { token } = await exchange(old);
  await findToken(db, token);
  expect((await exchange(await launched({ ...old, generation: 2 }))).answer.result).toBe('registered');
  expect(await findToken(db, token)).toMatchObject({ generation: 1, isSuperseded: true });
});

it("a token that nobody was given is nobody's", async () => {
  expect(await findToken(db, hashToken('made up'))).toBeNull();
});
