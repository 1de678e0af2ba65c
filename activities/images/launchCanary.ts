// RunInstances of a canary made safe, as a workspace's machine is: the request is persisted first, and replayed as it was.

import { type Instance, RunInstancesCommand, type RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { type CanaryKey, type CanaryLaunch, type CanaryTrial, judgeEnd } from '../../domain/canary.ts';
import type { Candidate } from '../../domain/machine.ts';
import {
  type CanaryRow,
  recordCanaryEnded,
  recordCanaryIntent,
  recordCanaryLaunched,
  recordCanaryRefused,
} from '../../store/canaries.ts';
import type { ActivitySettings, Dependencies } from '../dependencies.ts';
import { canaryToken } from '../ec2/clientToken.ts';
import { classify, isAwsCode } from '../ec2/errors.ts';
import { findByToken, isDead } from '../ec2/findInstance.ts';
import { MANAGED_BY } from '../ec2/tags.ts';
import { awsFailure } from '../failure.ts';

export type CanaryLaunchInput = {
  readonly key: CanaryKey;
  readonly trial: CanaryTrial;
  readonly candidate: Candidate;
};

/**
 * One machine for one try, however often this runs. What AWS has against the image is its verdict; throws where the account is the
 * problem (QUOTA_EXCEEDED, AWS_ACCOUNT, AWS_UNAUTHORIZED), which says nothing about the image.
 */
export const launchCanary =
  (deps: Dependencies) =>
  async ({ key, trial, candidate }: CanaryLaunchInput): Promise<CanaryLaunch> => {
    const { db, settings } = deps;
    const request = canaryRequest(key, trial, candidate, settings);
    const { region, imageId } = trial;
    const clientToken = request.ClientToken!;
    const intent = await recordCanaryIntent(db, { ...key, region, imageId, clientToken, request });
    if (intent.instance_id !== null) return { verdict: 'launched', instanceId: intent.instance_id };
    return runOrAdopt(deps, key, intent);
  };

async function runOrAdopt({ db, ec2 }: Dependencies, key: CanaryKey, intent: CanaryRow): Promise<CanaryLaunch> {
  try {
    const answer = await ec2.launch.send(new RunInstancesCommand(intent.request));
    return await launched(answer.Instances![0]!);
  } catch (error) {
    if (isAwsCode(error, 'IdempotentInstanceTerminated')) {
      await recordCanaryEnded(db, key);
      return { verdict: 'elsewhere', because: 'it was ended by somebody else' };
    }
    const known = classify(error);
    if (known === null) throw error;
    // The token has launched something, or a limit is hit by what an earlier try of ours launched.
    if (known.class === 'idempotency' || known.class === 'quota') {
      const made = await findByToken(ec2, intent.client_token);
      if (made !== null) return launched(made);
    }
    const failure = awsFailure('RunInstances', known, error as Error);
    if (failure.nonRetryable) await recordCanaryRefused(db, key);
    const because = `${known.code}: ${known.message}`;
    if (known.class === 'capacity') return { verdict: 'elsewhere', because };
    if (known.class === 'spec') return { verdict: 'failed', because };
    throw failure;
  }

  async function launched(instance: Instance): Promise<CanaryLaunch> {
    if (isDead(instance)) {
      await recordCanaryEnded(db, key);
      return judgeEnd(instance.StateReason?.Code ?? null);
    }
    await recordCanaryLaunched(db, key, instance.InstanceId!);
    return { verdict: 'launched', instanceId: instance.InstanceId! };
  }
}

function canaryRequest(
  key: CanaryKey,
  { imageId, rootDevice }: CanaryTrial,
  candidate: Candidate,
  { RESTRICTED_SECURITY_GROUP_ID: securityGroup }: ActivitySettings,
): RunInstancesCommandInput {
  const Tags = [
    { Key: 'Name', Value: `canary-${imageId}` },
    { Key: 'Role', Value: 'image-canary' },
    { Key: MANAGED_BY.key, Value: MANAGED_BY.value },
    { Key: 'berth:image-variant', Value: key.variant },
    { Key: 'berth:refresh-run', Value: key.runId },
    { Key: 'berth:attempt', Value: String(key.attempt) },
  ];
  return {
    ClientToken: canaryToken(key, candidate, imageId),
    ImageId: imageId,
    InstanceType: candidate.instanceType as RunInstancesCommandInput['InstanceType'],
    MinCount: 1,
    MaxCount: 1,
    Placement: { AvailabilityZone: candidate.zone },
    // As large as the image makes it: whether it boots is all that is asked.
    BlockDeviceMappings: [{ DeviceName: rootDevice, Ebs: { VolumeType: 'gp3', DeleteOnTermination: true } }],
    // It talks to nobody, so where there is a network that lets nothing out it is put there.
    ...(securityGroup === undefined ? {} : { SecurityGroupIds: [securityGroup] }),
    MetadataOptions: { HttpTokens: 'required', HttpEndpoint: 'enabled' },
    InstanceInitiatedShutdownBehavior: 'terminate',
    TagSpecifications: (['instance', 'volume', 'network-interface'] as const).map((ResourceType) => ({
      ResourceType,
      Tags,
    })),
  };
}
