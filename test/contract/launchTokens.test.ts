// The client tokens of launches (facts/ec2.md 1.1).

import { randomUUID } from 'node:crypto';
import { DescribeInstancesCommand, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { instance, instancesBy } from './support/looks.ts';
import { codeOf, oneOf, refusalOf } from './support/refusal.ts';
import { until } from './support/until.ts';

const aws = contract();

const probe = () => [
  aws.ec2.send(new RunInstancesCommand({ ImageId: 'none', MinCount: 1, MaxCount: 1, DryRun: true })),
  aws.ec2.send(new DescribeInstancesCommand({ Filters: [{ Name: 'client-token', Values: ['none'] }] })),
];
const userData = (text: string): string => Buffer.from(`# ${text}`).toString('base64');
const launchedWith = (token: string) => instancesBy(aws, { Name: 'client-token', Values: [token] });
const idsOf = async (token: string) => (await launchedWith(token)).map(({ InstanceId }) => InstanceId!).sort();

capability('launch tokens', probe, (it) => {
  it('the same token with the same parameters is the same instance (1.1)', async () => {
    const launch = { ClientToken: randomUUID(), UserData: userData('one') };
    const first = await aws.make.launch(launch);
    const second = await aws.make.launch(launch);
    expect(second.InstanceId).toBe(first.InstanceId);
    expect(
      await until(
        'it is found',
        () => idsOf(launch.ClientToken),
        (ids) => ids.length > 0,
      ),
    ).toEqual([first.InstanceId]);
  });

  it('a repeat answers with the state of now (1.1)', async () => {
    const launch = { ClientToken: randomUUID() };
    const first = await aws.make.launchRunning(launch);
    const second = await aws.make.launch(launch);
    expect(second).toMatchObject({ InstanceId: first.InstanceId, State: { Name: 'running', Code: 16 } });
  });

  it('repeats at the same time make one instance (1.1)', async () => {
    const launch = { ClientToken: randomUUID() };
    const answers = await Promise.allSettled([1, 2, 3].map(() => aws.make.launch(launch)));
    const ids = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.InstanceId] : []));
    expect(new Set(ids).size).toBe(1);
    expect(
      await until(
        'it is found',
        () => idsOf(launch.ClientToken),
        (found) => found.length > 0,
      ),
    ).toEqual([ids[0]]);
  });

  it('several instances of one launch are found again together (1.1)', async () => {
    const launch = { ClientToken: randomUUID(), MinCount: 2, MaxCount: 2 };
    const [first, second] = [await aws.make.run(launch), await aws.make.run(launch)];
    const ids = (answer: typeof first) => answer.Instances!.map(({ InstanceId }) => InstanceId!).sort();
    expect(ids(first)).toHaveLength(2);
    expect(ids(second)).toEqual(ids(first));
    expect(second.ReservationId).toBe(first.ReservationId);
  });

  it('the same token with other parameters is a mismatch, and launches nothing (1.1)', async () => {
    const ClientToken = randomUUID();
    const first = await aws.make.launch({ ClientToken, UserData: userData('one') });
    const other = aws.make.launch({ ClientToken, UserData: userData('another') });
    expect(await refusalOf(other)).toEqual({ code: 'IdempotentParameterMismatch', status: 400 });
    expect(
      await until(
        'it is found',
        () => idsOf(ClientToken),
        (ids) => ids.length > 0,
      ),
    ).toEqual([first.InstanceId]);
  });

  it('where the zone is said the token is the zone’s: in another one it launches again (1.1)', async () => {
    const ClientToken = randomUUID();
    const { zone, otherZone } = aws.around;
    const here = await aws.make.launch({ ClientToken, Placement: { AvailabilityZone: zone } });
    const there = await aws.make.launch({ ClientToken, Placement: { AvailabilityZone: otherZone } });
    expect(there.InstanceId).not.toBe(here.InstanceId);
    expect([here.Placement!.AvailabilityZone, there.Placement!.AvailabilityZone]).toEqual([zone, otherZone]);
  });

  it('where no zone is said the token is the region’s (1.1)', async () => {
    const launch = { ClientToken: randomUUID(), Placement: undefined };
    const [first, second] = [await aws.make.launch(launch), await aws.make.launch(launch)];
    expect(second.InstanceId).toBe(first.InstanceId);
    expect(await codeOf(aws.make.launch({ ...launch, UserData: userData('another') }))).toBe(
      'IdempotentParameterMismatch',
    );
  });

  it('other tokens are other launches, and a token’s case counts (1.1)', async () => {
    const token = `Token-${randomUUID()}`;
    const first = await aws.make.launch({ ClientToken: token });
    const second = await aws.make.launch({ ClientToken: token.toUpperCase() });
    expect(second.InstanceId).not.toBe(first.InstanceId);
  });

  it('a launch without a token gets one of its own from the SDK (1.1)', async () => {
    const [first, second] = [await aws.make.launch(), await aws.make.launch()];
    expect(second.InstanceId).not.toBe(first.InstanceId);
    expect(first.ClientToken).toMatch(/^[0-9a-f-]{36}$/);
    expect(second.ClientToken).not.toBe(first.ClientToken);
  });

  it('a token has up to 64 characters (1.1)', async () => {
    const token = `${randomUUID()}-${randomUUID()}`.slice(0, 64);
    expect((await aws.make.launch({ ClientToken: token })).ClientToken).toBe(token);
    // Which of its three codes for a wrong value EC2 takes isn't documented.
    expect(await codeOf(aws.make.launch({ ClientToken: `${token}x` }))).toMatch(
      oneOf('InvalidParameterValue', 'InvalidClientToken', 'InvalidParameter'),
    );
  });

  it('an instance is found by its token, and tells it (1.1)', async () => {
    const ClientToken = randomUUID();
    const { InstanceId } = await aws.make.launch({ ClientToken });
    const found = await until(
      'it is found',
      () => launchedWith(ClientToken),
      (all) => all.length > 0,
    );
    expect(found).toMatchObject([{ InstanceId, ClientToken }]);
    expect(await idsOf(randomUUID())).toEqual([]);
  });

  it('once its instance is terminated a token launches nothing more: an error, or the dead instance (1.1)', async () => {
    const launch = { ClientToken: randomUUID() };
    const { InstanceId } = await aws.make.launch(launch);
    await aws.make.terminate(InstanceId);
    const again = await aws.make.launch(launch).catch((error: Error) => error);
    if (again instanceof Error) expect(again.name).toBe('IdempotentInstanceTerminated');
    else expect(again).toMatchObject({ InstanceId, State: { Name: 'terminated' } });
    expect((await instance(aws, InstanceId)).State?.Name).toBe('terminated');
    expect(await idsOf(launch.ClientToken)).toEqual([InstanceId]);
  });
});
