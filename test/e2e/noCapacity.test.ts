// A region without room for as long as an hour: a spot workspace waits paused, asks again by itself ever more rarely, and comes back
// with its home when there is room; or with its last restore point, where the volume is gone by then.

import { DeleteVolumeCommand, EC2Client } from '@aws-sdk/client-ec2';
import { type ControlClient, controlClient } from '../../emulator/control/client.ts';
import { inlineMachines } from '../../emulator/machines/inline.ts';
import { type Berth, startBerth } from '../support/berth.ts';
import { readHome, writeHome } from '../support/home.ts';
import { FILES, operationsOf, type Read } from '../support/operations.ts';
import { until } from '../support/until.ts';

/** By so much Berth's waits are shorter here than in life; the emulator's clock is stepped by what they are in life. */
const FACTOR = 240;
const HOUR_MS = 3_600_000;

let berth: Berth;
let on: ReturnType<typeof operationsOf>;
let aws: ControlClient;
beforeAll(async () => {
  berth = await startBerth({
    settings: {
      MACHINE_WATCH_MS: '50',
      CAPACITY_RETRY_FIRST_MS: String(60_000 / FACTOR),
      CAPACITY_RETRY_MAX_MS: String(900_000 / FACTOR),
    },
    emulator: { machines: inlineMachines({ noticePollMs: 20 }), settings: { snapshotRate: 'off', noticeMs: 1_500 } },
  });
  on = operationsOf(berth);
  aws = controlClient(berth.emulator.url);
  await berth.user.call('PUT', '/admin/tenants/default/entitlements', { spot: true });
});
afterAll(() => berth.stop());
afterEach(async () => {
  berth.emulator.control.faults.clear();
  await aws.clearCapacity();
});

type Waiting = Read & {
  readonly updated_at: string;
  readonly interruption: {
    readonly attempts: number;
    readonly stage: string;
    readonly noticed_at: string;
    readonly tries_again_at: string | null;
    readonly waits_for: string | null;
  } | null;
};
/** One type: each time it is asked for in every zone. */
const SPOT = { compute: { market: 'spot', instance_type: 't3.large' }, max_hourly_usd: '1' };
const isWaiting = ({ phase, interruption }: Waiting): boolean =>
  phase === 'paused' && interruption?.stage === 'waiting';
const untilRead = (id: string, isSo: (read: Waiting) => boolean): Promise<Waiting> => on.untilRead(id, isSo);
/** Its machine is taken away, and there is room nowhere. */
async function taken(name: string): Promise<{ id: string; volume: string }> {
  const { id, instance, volume } = await on.online(name, SPOT);
  await aws.setCapacity({ type: '*', zone: '*', market: 'spot', size: 0 });
  await aws.interrupt(instance);
  await untilRead(id, isWaiting);
  return { id, volume };
}
const events = async (id: string, type: string): Promise<Record<string, unknown>[]> =>
  (await berth.user.call<{ event_type: string; payload: Record<string, unknown> }[]>('GET', `/events/${id}?limit=500`))
    .filter((event) => event.event_type === type)
    .map(({ payload }) => payload);

it('waits for an hour, asks ever more rarely, and comes back by itself with the home that it had', async () => {
  const { id, volume } = await taken('patient');
  const emulatedMs = async (): Promise<number> => Date.parse((await aws.clock()).now);
  const untilMs = (await emulatedMs()) + HOUR_MS;
  let attempts = 0;
  while ((await emulatedMs()) < untilMs) {
    const { interruption, updated_at } = await untilRead(
      id,
      (read) => isWaiting(read) && read.interruption!.attempts > attempts,
    );
    ({ attempts } = interruption!);
    const waitMs = Math.min(60_000 * 2 ** (attempts - 1), 900_000);
    expect(interruption).toMatchObject({ waits_for: 'capacity', tries_again_at: expect.any(String) });
    expect(Date.parse(interruption!.tries_again_at!) - Date.parse(updated_at)).toBeLessThanOrEqual(waitMs / FACTOR);
    await aws.setClock({ advance_ms: waitMs });
  }
  expect(attempts).toBeGreaterThanOrEqual(6);
  // What costs money meanwhile is the home.
  expect(on.alive(id)).toEqual([]);
  expect(on.volumes(id)).toEqual([volume]);
  expect(await on.read(id)).toMatchObject({ status: 'paused', failure: { code: 'CAPACITY_EXHAUSTED' } });

  await aws.clearCapacity();
  const now = await untilRead(id, ({ status, phase }) => status === 'online' && phase === 'ready');
  expect(now).toMatchObject({ interruption: null, failure: null, home: { volume_id: volume } });
  expect(await readHome(berth, volume)).toEqual(FILES);
  expect(on.alive(id)).toEqual([now.machine!.instance_id]);
  expect((await events(id, 'WORKSPACE_ONLINE'))[0]).toMatchObject({ operation: 'recover', home_from: 'volume' });
}, 90_000);

it('comes back with the last restore point where the volume is gone, and says so', async () => {
  const { id, volume } = await taken('bereft');
  const [point] = await berth.user.call<{ id: string; reason: string }[]>('GET', `/workspaces/${id}/restore-points`);
  expect(point).toMatchObject({ reason: 'interruption' });
  // What comes after the restore point is what is lost.
  await writeHome(berth, volume, { 'late.txt': 'lost' });
  const ec2 = new EC2Client({ region: 'us-east-1', endpoint: berth.emulator.url });
  await ec2.send(new DeleteVolumeCommand({ VolumeId: volume }));
  ec2.destroy();
  await aws.clearCapacity();
  const now = await untilRead(id, ({ status, phase }) => status === 'online' && phase === 'ready');
  expect(now.home!.volume_id).not.toBe(volume);
  expect(await readHome(berth, now.home!.volume_id)).toEqual(FILES);
  expect((await events(id, 'WORKSPACE_ONLINE'))[0]).toMatchObject({
    operation: 'recover',
    home_from: 'restore-point',
    restore_point_id: point!.id,
  });
}, 60_000);

it('a copy of the home that is under way when it is time to look again is made, and the look comes after it', async () => {
  const { id } = await taken('copied meanwhile');
  // For longer than the longest wait between two looks.
  berth.emulator.control.faults.add({ action: 'CreateSnapshot', effect: 'after', delayMs: 5_000, nth: 1 });
  // Refused while it looks.
  const asked = await until(() =>
    berth.user.call<{ operation_id: string }>('POST', `/workspaces/${id}/checkpoint`, {}).catch(() => null),
  );
  const { interruption } = await untilRead(id, isWaiting);
  expect(await on.ended(id, asked!.operation_id)).toMatchObject({ status: 'succeeded' });
  await untilRead(id, (read) => (read.interruption?.attempts ?? 0) > interruption!.attempts);
  await aws.clearCapacity();
  await untilRead(id, ({ status, phase }) => status === 'online' && phase === 'ready');
}, 60_000);
