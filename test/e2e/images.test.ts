// A newer image is booted by a canary before any workspace is; one that fails halts its variant, and an operator can go back.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ownModule } from '../../cli/stack/part.ts';
import { controlClient } from '../../emulator/control/client.ts';
import { type Berth, startBerth } from '../support/berth.ts';
import { startWorkerProcess } from '../support/worker.ts';
import { until } from '../support/until.ts';

const CANONICAL = '099720109477';
const VARIANT = { family: 'ubuntu', version: '24.04', arch: 'x86_64' };
const FIRST = 'ami-0b0000000a6d64002';
const MINUTE_MS = 60_000;

type Image = { image_id: string; digest: string; browser_version: string | null; reason?: string };
type Variant = {
  variant: string;
  halted: { because: string } | null;
  canary: Image | null;
  current: Image | null;
  previous: Image | null;
  rejected: Image[];
};

let berth: Berth;
let control: ReturnType<typeof controlClient>;
afterEach(async () => {
  expect(canaries().filter((entry) => entry.billable)).toEqual([]);
  await berth.stop();
});
const begin = async (options: Parameters<typeof startBerth>[0] = {}): Promise<void> => {
  berth = await startBerth(options);
  control = controlClient(berth.emulator.url);
};

const untilThere = async <Value>(look: () => Promise<Value | null> | Value | null): Promise<Value> =>
  (await until(look, (value) => value !== null))!;
const noble = async (): Promise<Variant | null> => {
  const { variants } = await berth.user.call<{ variants: Variant[] }>('GET', '/admin/images');
  return variants.find(({ variant }) => variant === 'ubuntu/24.04/x86_64') ?? null;
};
const nobleOnce = (holds: (variant: Variant) => boolean): Promise<Variant> =>
  untilThere(async () => {
    const variant = await noble();
    return variant !== null && holds(variant) ? variant : null;
  });
const refresh = () => berth.user.call('POST', '/admin/images/refresh');
const publish = (id: string, created: string, more: Partial<Parameters<typeof control.putImage>[0]> = {}) =>
  control.putImage({
    id,
    owner: CANONICAL,
    name: `ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-${created}`,
    architecture: 'x86_64',
    created: `${created}T06:00:00.000Z`,
    ...more,
  });
const canaries = () => berth.instances().filter((entry) => entry.tags['Role'] === 'image-canary');
const runningCanary = () => untilThere(() => canaries().find(({ state }) => state === 'running') ?? null);
/** The first status checks come after a minute. */
const canaryPasses = async () => {
  const canary = await runningCanary();
  await control.setClock({ advance_ms: MINUTE_MS });
  return canary;
};
const created = async (compute = {}, more = {}): Promise<string> =>
  (await berth.user.call<{ id: string }>('POST', '/workspaces', { name: 'w', compute, ...more })).id;
const settled = (id: string) =>
  untilThere(async () => {
    const workspace = await berth.user.call('GET', `/workspaces/${id}`);
    return workspace['status'] === 'provisioning' ? null : workspace;
  });
const planOf = async (id: string): Promise<Record<string, unknown>> => {
  const events = await berth.user.call<{ payload: Record<string, unknown> }[]>('GET', `/events/${id}`);
  return events.find(({ payload }) => payload['step'] === 'planned')!.payload;
};

it('a newer image is tried by a canary, and only then launched', async () => {
  await begin();
  // An empty registry gets the newest there is, without a machine.
  await nobleOnce(({ current }) => current?.image_id === FIRST);
  expect(canaries()).toEqual([]);
  await publish('ami-00000000000000001', '2026-09-01', { tags: { BrowserVersion: '140.0.1' } });

  await refresh();
  const meanwhile = await created();
  const canary = await runningCanary();
  expect(canary).toMatchObject({ detail: 't3.medium', market: 'on-demand' });
  expect(canary.tags).toMatchObject({ 'berth:managed-by': 'berth', 'berth:image-variant': 'ubuntu/24.04/x86_64' });
  expect(await noble()).toMatchObject({ canary: { image_id: 'ami-00000000000000001' }, current: { image_id: FIRST } });
  expect(await settled(meanwhile)).toMatchObject({ status: 'online' });
  expect(await planOf(meanwhile)).toMatchObject({ image_id: FIRST });

  await canaryPasses();
  const { current, previous } = await nobleOnce(({ canary: tried }) => tried === null);
  expect(current).toMatchObject({ image_id: 'ami-00000000000000001', browser_version: '140.0.1' });
  expect(previous).toMatchObject({ image_id: FIRST });
  const after = await created();
  expect(await settled(after)).toMatchObject({ status: 'online' });
  expect(await planOf(after)).toMatchObject({ image_id: current!.image_id, image_digest: current!.digest });
});

it.each<[string, string, () => Promise<unknown>]>([
  ['ends while it boots', 'Client.InternalError', () => control.failNextLaunch({ code: 'Client.InternalError' })],
  [
    'AWS refuses to launch',
    'InvalidParameterValue',
    () => control.addFault({ action: 'RunInstances', effect: 'before', code: 'InvalidParameterValue' }),
  ],
])('an image whose canary %s is rejected, and halts its variant until it is resumed', async (_, because, goesWrong) => {
  await begin();
  await nobleOnce(({ current }) => current !== null);
  await publish('ami-00000000000000001', '2026-09-01');
  await goesWrong();
  await refresh();
  const { halted, current, rejected } = await nobleOnce((variant) => variant.halted !== null);
  expect(halted!.because).toContain(because);
  expect(current!.image_id).toBe(FIRST);
  expect(rejected).toMatchObject([{ image_id: 'ami-00000000000000001', reason: halted!.because }]);

  // What is newer still is not looked at by itself.
  const before = canaries().length;
  await publish('ami-00000000000000002', '2026-09-02');
  await refresh();
  const id = await created();
  expect(await settled(id)).toMatchObject({ status: 'online' });
  expect(await planOf(id)).toMatchObject({ image_id: FIRST });
  expect(canaries()).toHaveLength(before);

  await berth.user.call('POST', '/admin/images/resume', VARIANT);
  await refresh();
  await canaryPasses();
  await nobleOnce((variant) => variant.current?.image_id === 'ami-00000000000000002');
});

it('a canary that runs and fails its status check is rejected and ended', async () => {
  await begin();
  await nobleOnce(({ current }) => current !== null);
  await publish('ami-00000000000000001', '2026-09-01');
  await refresh();
  await control.impair((await runningCanary()).id);
  const { halted } = await nobleOnce((variant) => variant.halted !== null);
  expect(halted!.because).toContain('its instance status check failed');
  expect(canaries().map(({ billable }) => billable)).toEqual([false]);
});

it('a canary that takes too long for its status check is rejected and ended', async () => {
  await begin({ settings: { IMAGE_CANARY_TIMEOUT_SECONDS: '1' } });
  await nobleOnce(({ current }) => current !== null);
  await publish('ami-00000000000000001', '2026-09-01');
  await refresh();
  const { halted, current } = await nobleOnce((variant) => variant.halted !== null);
  expect(halted!.because).toContain('within 1 s');
  expect(current!.image_id).toBe(FIRST);
  expect(canaries().map(({ billable }) => billable)).toEqual([false]);
});

it.each(['cancel', 'terminate'] as const)(
  'a refresh that is ended by %s while its canary boots leaves none, at the latest to the next run',
  async (how) => {
    await begin();
    await nobleOnce(({ current }) => current !== null);
    await publish('ami-00000000000000001', '2026-09-01');
    await refresh();
    const { id } = await runningCanary();
    const schedule = berth.temporal.schedule.getHandle(`${berth.env['TASK_QUEUE']}/refresh-images`);
    const { workflowId } = (await schedule.describe()).info.runningActions[0]!.workflow;
    await berth.temporal.workflow.getHandle(workflowId)[how]();
    const isEnded = () => canaries().some((canary) => canary.id === id && !canary.billable);
    if (how === 'cancel') await untilThere(() => isEnded() || null);
    expect(await noble()).toMatchObject({ canary: { image_id: 'ami-00000000000000001' }, halted: null });
    await refresh();
    await untilThere(() => isEnded() || null);
    await canaryPasses();
    await nobleOnce((variant) => variant.current?.image_id === 'ami-00000000000000001');
  },
);

it('what is seen to be unfit costs no machine; where there is no room the next zone is tried', async () => {
  await begin();
  await nobleOnce(({ current }) => current !== null);
  await publish('ami-00000000000000001', '2026-09-01', { root_gb: 90 });
  await refresh();
  const { halted } = await nobleOnce((variant) => variant.halted !== null);
  expect(halted!.because).toContain('its root needs 90 GiB');
  expect(canaries()).toEqual([]);

  await publish('ami-00000000000000002', '2026-09-02');
  await control.setCapacity({ type: 't3.medium', zone: 'us-east-1a', size: 0 });
  await berth.user.call('POST', '/admin/images/resume', VARIANT);
  await refresh();
  expect((await canaryPasses()).zone).toBe('us-east-1b');
  await nobleOnce((variant) => variant.current?.image_id === 'ami-00000000000000002');
});

it('a rollback is one command, goes back at once, and stays until it is resumed', async () => {
  await begin();
  await nobleOnce(({ current }) => current !== null);
  await publish('ami-00000000000000001', '2026-09-01');
  await refresh();
  await canaryPasses();
  await nobleOnce((variant) => variant.previous?.image_id === FIRST);

  const env = { ...process.env, API_URL: berth.apiUrl, ADMIN_TOKEN: berth.adminToken };
  const cli = async (...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(process.execPath, [...ownModule('../main.ts'), 'images', ...args], {
      env,
    });
    return stdout;
  };
  const said = await cli('rollback', 'ubuntu/24.04/x86_64');
  expect(said).toContain(`HALTED: rolled back from ami-00000000000000001 to ${FIRST}`);
  expect(said).toMatch(new RegExp(`current +${FIRST}`));
  const id = await created();
  expect(await settled(id)).toMatchObject({ status: 'online' });
  expect(await planOf(id)).toMatchObject({ image_id: FIRST });

  // The same request once more, as after a lost answer.
  await berth.user.call('POST', '/admin/images/rollback', { ...VARIANT, to: FIRST });
  expect(await noble()).toMatchObject({
    current: { image_id: FIRST },
    previous: { image_id: 'ami-00000000000000001' },
  });
  const refused = berth.user.call('POST', '/admin/images/rollback', { ...VARIANT, gpu: true });
  await expect(refused).rejects.toThrow('No image of ubuntu/24.04/x86_64/gpu is registered.');
  expect(await cli('resume', 'ubuntu/24.04/x86_64')).not.toContain('HALTED');
  expect(await cli('refresh')).toContain('looking for newer images');
  expect(await cli()).toContain('ubuntu/24.04/x86_64');
});

it(
  'a worker that is killed in the middle of a refresh makes one canary, which is ended',
  async () => {
    await begin({ worker: false });
    const first = await startWorkerProcess(berth);
    await nobleOnce(({ current }) => current !== null);
    await publish('ami-00000000000000001', '2026-09-01');
    berth.emulator.control.faults.add({
      action: 'RunInstances',
      effect: 'after',
      delayMs: MINUTE_MS,
      dropConnection: true,
    });
    await refresh();
    await runningCanary();
    await first.kill();

    const second = await startWorkerProcess(berth);
    await canaryPasses();
    await nobleOnce((variant) => variant.current?.image_id === 'ami-00000000000000001');
    expect(canaries()).toHaveLength(1);
    await second.stop();
  },
  2 * MINUTE_MS,
);

it("a tenant's own image is tried by one launch first, and refused once it is another", async () => {
  await begin();
  const owner = '111122223333';
  const imageId = 'ami-0aaaaaaaaaaaaaaa1';
  const golden = { id: imageId, owner, name: 'golden', architecture: 'x86_64' } as const;
  await control.putImage(golden);
  await berth.user.call('PUT', '/admin/tenants/default/entitlements', {
    os_families: ['ubuntu', 'custom-ami'],
    custom_ami_owners: [owner],
  });
  const create = () => created({ os: { family: 'custom-ami', image_id: imageId } }, { max_hourly_usd: 1 });
  // The first one's launch is put off until the second has been refused.
  await control.addFault({ action: 'RunInstances', effect: 'before', code: 'RequestLimitExceeded', times: 1_000 });
  const first = await create();
  await untilThere(async () => ((await planOf(first).catch(() => null)) === null ? null : true));
  const second = await create();
  const refused = await settled(second);
  expect(refused).toMatchObject({ status: 'failed', failure: { code: 'IMAGE_UNDER_TRIAL' } });
  expect((refused['failure'] as { error: string }).error).toContain(`by the workspace ${first}`);
  await control.clearFaults();
  expect(await settled(first)).toMatchObject({ status: 'online' });
  expect(await planOf(first)).toMatchObject({ image_digest: expect.stringMatching(/^sha256:/), image_public: true });
  expect(await settled(await create())).toMatchObject({ status: 'online' });

  await control.putImage({ ...golden, created: '2026-05-01T00:00:00.000Z' });
  const changed = await settled(await create());
  expect(changed).toMatchObject({ status: 'failed', failure: { code: 'IMAGE_REFUSED' } });
  expect((changed['failure'] as { error: string }).error).toContain('not what it was when it first booted');
});
