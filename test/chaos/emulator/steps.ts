// The steps of a random script, as data that fast-check makes and shortens, and what each does.

import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DetachVolumeCommand,
  RebootInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { aLaunch } from '../../../emulator/testing.ts';
import { attempt, INJECTED, madeOf, type Script } from './script.ts';

const zone = fc.constantFrom('us-east-1a', 'us-east-1b');
const token = fc.option(fc.constantFrom('t1', 't2', 't3'), { nil: undefined });
/** Which of those that were made; the numbers go round. */
const which = fc.nat(11);

const launch = fc.record({
  do: fc.constant('launch' as const),
  zone,
  token,
  type: fc.constantFrom('t3.large' as const, 't3.large' as const, 'm6i.large' as const),
  market: fc.constantFrom('on-demand', 'on-demand', 'one-time', 'persistent'),
  keepsData: fc.boolean(),
  count: fc.constantFrom(1, 1, 1, 2),
});
const toInstance = fc.record({
  do: fc.constantFrom('terminate', 'stop', 'start', 'reboot', 'kill', 'shutdown', 'crash', 'rebalance'),
  which,
});
const createVolume = fc.record({
  do: fc.constant('create volume' as const),
  zone,
  token,
  gb: fc.constantFrom(1, 1, 2),
  fromSnapshot: fc.option(which, { nil: undefined, freq: 3 }),
});
const attach = fc.record({
  do: fc.constant('attach' as const),
  which,
  instance: which,
  device: fc.constantFrom('f', 'g'),
});
const toVolume = fc.record({
  do: fc.constantFrom('detach', 'detach by force', 'delete volume', 'take snapshot'),
  which,
});
const deleteSnapshot = fc.record({ do: fc.constant('delete snapshot' as const), which });
const tag = fc.record({
  do: fc.constant('tag' as const),
  kind: fc.constantFrom('instance' as const, 'volume' as const, 'snapshot' as const),
  which,
  value: fc.constantFrom('a', 'b'),
});
const interrupt = fc.record({
  do: fc.constant('interrupt' as const),
  which,
  noticeMs: fc.constantFrom(0, 500, 120_000),
});
const fault = fc.record({
  do: fc.constant('fault' as const),
  action: fc.constantFrom(
    'RunInstances',
    'RunInstances',
    'TerminateInstances',
    'CreateVolume',
    'AttachVolume',
    'CreateSnapshot',
  ),
  effect: fc.constantFrom('before' as const, 'after' as const, 'after' as const),
  drops: fc.boolean(),
});
const failLate = fc.record({ do: fc.constant('fail late' as const) });
const wait = fc.record({
  do: fc.constant('wait' as const),
  ms: fc.constantFrom(1, 500, 1_000, 1_000, 2_000, 2_000, 16_000, 120_000, 3_600_000),
});
const lag = fc.record({ do: fc.constant('lag' as const), ms: fc.constantFrom(0, 0, 1_500, 60_000) });

const step = fc.oneof(
  { weight: 5, arbitrary: launch },
  { weight: 5, arbitrary: toInstance },
  { weight: 3, arbitrary: createVolume },
  { weight: 4, arbitrary: attach },
  { weight: 4, arbitrary: toVolume },
  { weight: 1, arbitrary: deleteSnapshot },
  { weight: 1, arbitrary: tag },
  { weight: 1, arbitrary: interrupt },
  { weight: 2, arbitrary: fault },
  { weight: 1, arbitrary: failLate },
  { weight: 8, arbitrary: wait },
  { weight: 1, arbitrary: lag },
);
export type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never;
export const steps = fc.array(step, { minLength: 5, maxLength: 60, size: 'max' });

export async function perform(script: Script, given: Step): Promise<void> {
  const { aws, ec2, control, told } = script;
  const made = (kind: 'instance' | 'volume' | 'snapshot', index: number): string => {
    const ids = madeOf(script, kind);
    return (
      ids[index % ids.length] ?? { instance: 'i-0000000a', volume: 'vol-0000000a', snapshot: 'snap-0000000a' }[kind]
    );
  };
  switch (given.do) {
    case 'launch': {
      const answer = await attempt(script, 'RunInstances', ec2.send(launchOf(given)));
      for (const { InstanceId } of answer?.Instances ?? []) told.add(InstanceId!);
      return;
    }
    case 'create volume': {
      const create = new CreateVolumeCommand({
        AvailabilityZone: given.zone,
        ClientToken: given.token,
        Size: given.gb,
        SnapshotId: given.fromSnapshot === undefined ? undefined : made('snapshot', given.fromSnapshot),
      });
      const answer = await attempt(script, 'CreateVolume', ec2.send(create));
      if (answer !== null) told.add(answer.VolumeId!);
      return;
    }
    case 'attach': {
      const [VolumeId, InstanceId] = [made('volume', given.which), made('instance', given.instance)];
      const Device = `/dev/sd${given.device}`;
      await attempt(script, 'AttachVolume', ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device })));
      return;
    }
    case 'detach':
    case 'detach by force': {
      const input = { VolumeId: made('volume', given.which), Force: given.do === 'detach by force' };
      await attempt(script, 'DetachVolume', ec2.send(new DetachVolumeCommand(input)));
      return;
    }
    case 'delete volume':
      await attempt(
        script,
        'DeleteVolume',
        ec2.send(new DeleteVolumeCommand({ VolumeId: made('volume', given.which) })),
      );
      return;
    case 'take snapshot': {
      const take = new CreateSnapshotCommand({ VolumeId: made('volume', given.which) });
      const answer = await attempt(script, 'CreateSnapshot', ec2.send(take));
      if (answer !== null) told.add(answer.SnapshotId!);
      return;
    }
    case 'delete snapshot': {
      const SnapshotId = made('snapshot', given.which);
      await attempt(script, 'DeleteSnapshot', ec2.send(new DeleteSnapshotCommand({ SnapshotId })));
      return;
    }
    case 'tag': {
      const Tags = [{ Key: 'of', Value: given.value }];
      const Resources = [made(given.kind, given.which)];
      await attempt(script, 'CreateTags', ec2.send(new CreateTagsCommand({ Resources, Tags })));
      return;
    }
    case 'interrupt':
      return unlessRefused(control.interrupt(made('instance', given.which), { notice_ms: given.noticeMs }));
    case 'fault':
      await control.addFault({
        action: given.action,
        effect: given.effect,
        ...(given.drops ? { dropConnection: true } : { code: INJECTED, httpStatus: 500 }),
      });
      if (given.drops) script.drops.set(given.action, (script.drops.get(given.action) ?? 0) + 1);
      return;
    case 'fail late':
      await control.failNextLaunch({ access_key: 'script', code: 'Server.InternalError' });
      return;
    case 'wait':
      aws.clock.advance(given.ms);
      return;
    case 'lag':
      script.lagMs = given.ms;
      aws.emulator.control.change({ readLagMs: given.ms });
      return;
    default:
      return toOneInstance(script, given.do, made('instance', given.which));
  }
}

type Launch = Extract<Step, { do: 'launch' }>;

const launchOf = ({ zone: AvailabilityZone, token: ClientToken, type, market, keepsData, count }: Launch) =>
  aLaunch({
    Placement: { AvailabilityZone },
    ClientToken,
    InstanceType: type,
    // With a token there is one, so that a second one with it would show.
    MinCount: ClientToken === undefined ? count : 1,
    MaxCount: ClientToken === undefined ? count : 1,
    BlockDeviceMappings: [{ DeviceName: '/dev/sdh', Ebs: { VolumeSize: 1, DeleteOnTermination: !keepsData } }],
    ...(market === 'on-demand' ? {} : { InstanceMarketOptions: { MarketType: 'spot', SpotOptions: SPOT[market] } }),
  });

const SPOT: Readonly<Record<string, object>> = {
  'one-time': {},
  persistent: { SpotInstanceType: 'persistent', InstanceInterruptionBehavior: 'stop' },
};

async function toOneInstance(script: Script, what: string, id: string): Promise<void> {
  const { ec2, control } = script;
  const InstanceIds = [id];
  switch (what) {
    case 'terminate':
      await attempt(script, 'TerminateInstances', ec2.send(new TerminateInstancesCommand({ InstanceIds })));
      return;
    case 'stop':
      await attempt(script, 'StopInstances', ec2.send(new StopInstancesCommand({ InstanceIds })));
      return;
    case 'start':
      await attempt(script, 'StartInstances', ec2.send(new StartInstancesCommand({ InstanceIds })));
      return;
    case 'reboot':
      await attempt(script, 'RebootInstances', ec2.send(new RebootInstancesCommand({ InstanceIds })));
      return;
    case 'kill':
      return unlessRefused(control.kill(id));
    case 'shutdown':
      return unlessRefused(control.shutDown(id));
    case 'crash':
      return unlessRefused(control.crash(id));
    default:
      return unlessRefused(control.rebalance(id));
  }
}

/** Control refuses what is in another state, is no spot instance, or is not there any more. */
async function unlessRefused(call: Promise<unknown>): Promise<void> {
  await call.catch((error: Error) => {
    if (!/^(there is no instance|i-[0-9a-f]+ is )/.test(error.message)) throw error;
  });
}
