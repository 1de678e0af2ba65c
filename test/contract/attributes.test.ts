// The attributes of an instance that only their own call tells (facts/ec2.md 1.2, 1.5).

import {
  DescribeInstanceAttributeCommand,
  type InstanceAttribute,
  type InstanceAttributeName,
  ModifyInstanceAttributeCommand,
} from '@aws-sdk/client-ec2';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { INSTANCE_TYPE } from './support/endpoint.ts';
import { codeOf } from './support/refusal.ts';
import { until } from './support/until.ts';

const aws = contract();

const NOBODY = 'i-0123456789abcdef0';
const attribute = (InstanceId: string, Attribute: InstanceAttributeName): Promise<InstanceAttribute> =>
  aws.ec2.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute }));

capability(
  'attributes of instances',
  () => [attribute(NOBODY, 'instanceType')],
  (it) => {
    it('without a word about them they are these (1.2, 1.5)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      expect(await attribute(InstanceId, 'instanceInitiatedShutdownBehavior')).toMatchObject({
        InstanceId,
        InstanceInitiatedShutdownBehavior: { Value: 'stop' },
      });
      expect((await attribute(InstanceId, 'disableApiTermination')).DisableApiTermination).toEqual({ Value: false });
      expect((await attribute(InstanceId, 'disableApiStop')).DisableApiStop).toEqual({ Value: false });
      expect((await attribute(InstanceId, 'instanceType')).InstanceType).toEqual({ Value: INSTANCE_TYPE });
      expect((await attribute(InstanceId, 'userData')).UserData?.Value).toBeUndefined();
    });

    it('what the launch says of them is what they are (1.2)', async () => {
      const UserData = Buffer.from('# ünïcode').toString('base64');
      const { InstanceId } = await aws.make.launchRunning({
        UserData,
        InstanceInitiatedShutdownBehavior: 'terminate',
        DisableApiTermination: true,
      });
      expect((await attribute(InstanceId, 'userData')).UserData).toEqual({ Value: UserData });
      const shutdown = await attribute(InstanceId, 'instanceInitiatedShutdownBehavior');
      expect(shutdown.InstanceInitiatedShutdownBehavior).toEqual({ Value: 'terminate' });
      expect((await attribute(InstanceId, 'disableApiTermination')).DisableApiTermination).toEqual({ Value: true });
    });

    it('what they are changed to is what they are then (1.5)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      const InstanceInitiatedShutdownBehavior = { Value: 'terminate' };
      await aws.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, InstanceInitiatedShutdownBehavior }));
      await until(
        'it is changed',
        () => attribute(InstanceId, 'instanceInitiatedShutdownBehavior'),
        (seen) => seen.InstanceInitiatedShutdownBehavior?.Value === 'terminate',
      );
    });

    it('of nobody there are none, and none that there is not (1.11)', async () => {
      expect(await codeOf(attribute(NOBODY, 'instanceType'))).toBe('InvalidInstanceID.NotFound');
      const { InstanceId } = await aws.make.launchRunning();
      expect(await codeOf(attribute(InstanceId, 'colour' as 'instanceType'))).toBe('InvalidParameterValue');
    });
  },
);
