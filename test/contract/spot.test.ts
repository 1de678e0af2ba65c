// Spot instances and their requests (facts/ec2.md 1.3).

import { randomUUID } from 'node:crypto';
import {
  CancelSpotInstanceRequestsCommand,
  DescribeSpotInstanceRequestsCommand,
  ModifyInstanceAttributeCommand,
  type RunInstancesCommandInput,
  type SpotMarketOptions,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { INSTANCE_TYPE } from './support/endpoint.ts';
import { instance, instanceIn, instancesBy, spotRequest } from './support/looks.ts';
import { codeOf, oneOf } from './support/refusal.ts';
import { until } from './support/until.ts';

const aws = contract();

const NONE = 'sir-abcd1234';
const spot = (SpotOptions: SpotMarketOptions = {}): Partial<RunInstancesCommandInput> => ({
  InstanceMarketOptions: { MarketType: 'spot', SpotOptions },
});
const cancel = (id: string) => aws.ec2.send(new CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [id] }));
const stop = (id: string) => aws.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
const requestWith = (id: string, what: string, ...codes: string[]) =>
  until(
    `${id} is ${what}`,
    () => spotRequest(aws, id),
    ({ Status }) => codes.includes(Status!.Code!),
  );

async function running(options?: SpotMarketOptions): Promise<{ InstanceId: string; requestId: string }> {
  const { InstanceId, SpotInstanceRequestId } = await aws.make.launchRunning(spot(options));
  return { InstanceId, requestId: SpotInstanceRequestId! };
}

const probe = () => [
  aws.ec2.send(new DescribeSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [NONE] })),
  cancel(NONE),
];

capability('spot instances', probe, (it) => {
  it('a spot launch is an instance with a request behind it (1.3)', async () => {
    const launched = await aws.make.launch(spot());
    expect(launched).toMatchObject({
      InstanceLifecycle: 'spot',
      SpotInstanceRequestId: expect.stringMatching(/^sir-[0-9a-z]{8}$/),
    });
    const request = await until(
      'the request is fulfilled',
      () => spotRequest(aws, launched.SpotInstanceRequestId!),
      ({ State }) => State === 'active',
    );
    expect(request).toMatchObject({
      InstanceId: launched.InstanceId,
      Type: 'one-time',
      InstanceInterruptionBehavior: 'terminate',
      Status: { Code: 'fulfilled' },
      CreateTime: expect.any(Date),
      LaunchedAvailabilityZone: aws.around.zone,
      LaunchSpecification: { ImageId: aws.around.image.ImageId, InstanceType: INSTANCE_TYPE },
    });
  });

  it('it is told from others by its lifecycle (1.3)', async () => {
    const { InstanceId } = await running();
    const isSpot = (id: string) =>
      instancesBy(aws, { Name: 'instance-lifecycle', Values: ['spot'] }, { Name: 'instance-id', Values: [id] });
    await until(
      'it is found',
      () => isSpot(InstanceId),
      (found) => found.length === 1,
    );
    const { InstanceId: onDemand } = await aws.make.launchRunning();
    expect(await isSpot(onDemand)).toEqual([]);
    expect((await instance(aws, onDemand)).InstanceLifecycle).toBeUndefined();
  });

  it('the tags of the request are set with the launch (1.2, 1.3)', async () => {
    const Tags = [{ Key: 'op-key', Value: randomUUID() }];
    const launched = await aws.make.launch({
      ...spot(),
      TagSpecifications: [{ ResourceType: 'spot-instances-request', Tags }],
    });
    const request = await until(
      'it is seen',
      () => spotRequest(aws, launched.SpotInstanceRequestId!),
      () => true,
    );
    expect(request.Tags).toEqual(Tags);
  });

  it('one that is one-time can’t be stopped (1.3)', async () => {
    const { InstanceId } = await running();
    expect(await codeOf(stop(InstanceId))).toBe('UnsupportedOperation');
    expect((await instance(aws, InstanceId)).State?.Name).toBe('running');
  });

  it('once we terminate it its request is closed, and says so (1.3)', async () => {
    const { InstanceId, requestId } = await running();
    await aws.make.terminate(InstanceId);
    const request = await requestWith(requestId, 'over', 'instance-terminated-by-user');
    expect(request.State).toBe('closed');
  });

  it('cancelling its request leaves it running (1.3)', async () => {
    const { InstanceId, requestId } = await running();
    const { CancelledSpotInstanceRequests } = await cancel(requestId);
    expect(CancelledSpotInstanceRequests).toEqual([{ SpotInstanceRequestId: requestId, State: 'cancelled' }]);
    const request = await requestWith(requestId, 'cancelled', 'request-canceled-and-instance-running');
    expect(request.State).toBe('cancelled');
    expect((await instance(aws, InstanceId)).State?.Name).toBe('running');
  });

  it('a price that nothing is sold for is refused (1.3)', async () => {
    expect(await codeOf(aws.make.launch(spot({ MaxPrice: '0.0005' })))).toBe('InvalidParameterValue');
    expect(await codeOf(aws.make.launch(spot({ MaxPrice: 'cheap' })))).toBe('InvalidParameterValue');
    expect(await codeOf(aws.make.launch(spot({ MaxPrice: '0.0011' })))).toBe('SpotMaxPriceTooLow');
  });

  it('a persistent request takes stop or hibernate alone, a one-time one no end of its time (1.3)', async () => {
    const wrong: SpotMarketOptions[] = [
      { SpotInstanceType: 'persistent' },
      { SpotInstanceType: 'persistent', InstanceInterruptionBehavior: 'terminate' },
      { SpotInstanceType: 'one-time', InstanceInterruptionBehavior: 'stop' },
      { SpotInstanceType: 'one-time', ValidUntil: new Date(Date.now() + 3_600_000) },
    ];
    for (const options of wrong) {
      const code = await codeOf(aws.make.launch(spot(options)));
      expect([options, code]).toEqual([
        options,
        expect.stringMatching(oneOf('InvalidParameterCombination', 'InvalidParameterValue', 'UnsupportedOperation')),
      ]);
    }
  });

  it('it can’t be protected from termination (1.3)', async () => {
    const { InstanceId } = await running();
    const call = aws.ec2.send(
      new ModifyInstanceAttributeCommand({ InstanceId, DisableApiTermination: { Value: true } }),
    );
    expect(await codeOf(call)).toBe('UnsupportedOperation');
  });

  it('a request that never was is not found, one that can’t be is malformed (1.11)', async () => {
    expect(await codeOf(spotRequest(aws, NONE))).toBe('InvalidSpotInstanceRequestID.NotFound');
    expect(await codeOf(cancel(NONE))).toBe('InvalidSpotInstanceRequestID.NotFound');
    expect(await codeOf(spotRequest(aws, 'request'))).toBe('InvalidSpotInstanceRequestID.Malformed');
  });
});

const PERSISTENT = { SpotInstanceType: 'persistent', InstanceInterruptionBehavior: 'stop' } as const;

capability('persistent spot requests', probe, (it) => {
  it('its instance can be stopped, and started by us (1.3)', async () => {
    const { InstanceId, requestId } = await running(PERSISTENT);
    await stop(InstanceId);
    await instanceIn(aws, 'stopped', InstanceId);
    const request = await requestWith(requestId, 'stopped', 'instance-stopped-by-user');
    expect(request).toMatchObject({ Type: 'persistent', State: 'disabled', InstanceInterruptionBehavior: 'stop' });
    await aws.ec2.send(new StartInstancesCommand({ InstanceIds: [InstanceId] }));
    await instanceIn(aws, 'running', InstanceId);
    await requestWith(requestId, 'fulfilled again', 'fulfilled');
  });

  it('cancelling it terminates an instance that is stopped (1.3)', async () => {
    const { InstanceId, requestId } = await running(PERSISTENT);
    await stop(InstanceId);
    await instanceIn(aws, 'stopped', InstanceId);
    await cancel(requestId);
    await instanceIn(aws, 'terminated', InstanceId);
  });

  it('cancelling it leaves an instance that runs (1.3)', async () => {
    const { InstanceId, requestId } = await running(PERSISTENT);
    await cancel(requestId);
    await requestWith(requestId, 'cancelled', 'request-canceled-and-instance-running');
    expect((await instance(aws, InstanceId)).State?.Name).toBe('running');
  });
});
