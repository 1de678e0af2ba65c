// The emulator's clock over HTTP: stepped, sped up, stopped again, and what comes due on the way.

import { DescribeInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { aLaunch, aRunningEmulator, type TestEmulator } from '../testing.ts';
import { type ControlClient, controlClient } from './client.ts';

let aws: TestEmulator;
let control: ControlClient;
beforeEach(async () => {
  aws = await aRunningEmulator();
  control = controlClient(aws.emulator.url);
});
afterEach(() => aws.close());

const states = async () =>
  (await aws.client().send(new DescribeInstancesCommand({}))).Reservations!.flatMap((each) =>
    each.Instances!.map((instance) => instance.State!.Name),
  );

it('stands still until it is stepped, and goes on by what it is stepped', async () => {
  expect(await control.clock()).toEqual({ now: '2026-01-01T00:00:00.000Z', factor: 0 });
  await aws.client().send(aLaunch());
  expect(await control.setClock({ advance_ms: 999 })).toEqual({ now: '2026-01-01T00:00:00.999Z', factor: 0 });
  expect(await states()).toEqual(['pending']);
  await control.setClock({ advance_ms: 1 });
  expect(await states()).toEqual(['running']);
  expect(await control.setClock({ advance_ms: 0 })).toEqual(await control.clock());
});

it('a step over several things has them happen in order, each at its own time', async () => {
  const ec2 = aws.client();
  const { InstanceId } = (await ec2.send(aLaunch())).Instances![0]!;
  await control.setClock({ advance_ms: 10_000 });
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId!] }));
  await control.setClock({ advance_ms: 3_600_000 });
  const entry = aws.emulator.ledger().entries.find(({ kind }) => kind === 'instance')!;
  expect(entry).toMatchObject({ state: 'terminated', endedAt: '2026-01-01T00:00:11.000Z', billedSeconds: 9 });
  expect(await states()).toEqual(['terminated']);
  await control.setClock({ advance_ms: 1_000 });
  expect(await states()).toEqual([]);
});

it('with a factor it goes by itself, so many times as fast, and with 0 it stands still again', async () => {
  await aws.client().send(aLaunch());
  expect(await control.setClock({ factor: 50_000 })).toMatchObject({ factor: 50_000 });
  // A second of it is 20 microseconds of ours: by some answer it has passed.
  let seen = await states();
  while (seen[0] === 'pending') seen = await states();
  expect(seen).toEqual(['running']);
  const stopped = await control.setClock({ factor: 0 });
  expect(Date.parse(stopped.now)).toBeGreaterThan(Date.parse('2026-01-01T00:00:01Z'));
  expect(await control.clock()).toEqual(stopped);
});

it('may be sped up and stepped in one call', async () => {
  const { now, factor } = await control.setClock({ factor: 2, advance_ms: 60_000 });
  expect(factor).toBe(2);
  expect(Date.parse(now)).toBeGreaterThanOrEqual(Date.parse('2026-01-01T00:01:00Z'));
});
