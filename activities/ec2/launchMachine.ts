// RunInstances made safe: the whole request is persisted first and replayed as it was, and what it made is adopted, never doubled.

import type { OperationRef } from '../../domain/ids.ts';
import { Context } from '@temporalio/activity';
import {
  type Instance,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { seal, unseal } from '../../credentials/sealed.ts';
import { BerthError } from '../../domain/errors.ts';
import type { Candidate, LaunchKey, LaunchPlan, Machine, Owner } from '../../domain/machine.ts';
import { recordEnded, type RecordedIntent, recordIntent, recordLaunched } from '../../store/launches.ts';
import { recordCapacity } from '../../store/offerings.ts';
import type { Dependencies } from '../dependencies.ts';
import { awsFailure } from '../failure.ts';
import { userData } from '../machine/userData.ts';
import { stepEvent } from '../records/steps.ts';
import { launchToken } from './clientToken.ts';
import { classify, isAwsCode } from './errors.ts';
import { findByToken, isDead } from './findInstance.ts';
import { noteRefusal } from './launchRefusal.ts';
import { givenUp, putAway } from './putAway.ts';
import { reserveCandidate } from './reserveCandidate.ts';
import { launchTags } from './tags.ts';

export type LaunchInput = {
  readonly operation: OperationRef;
  readonly key: LaunchKey;
  readonly owner: Owner;
  readonly candidate: Candidate;
  readonly plan: LaunchPlan;
  /** ISO; until then the machine may register. */
  readonly bootDeadlineAt: string;
  /** Its home comes from another machine: it has to say what it finds in it. */
  readonly provesHome?: boolean;
};

/**
 * One machine for one try, however often this runs. Throws AWS_CAPACITY (the next candidate may have some), MACHINE_DIED
 * (this try's token is spent on a dead instance: only another try can launch), QUOTA_EXCEEDED and the other AWS codes; for another
 * type than the plan's first also BUDGET_EXCEEDED and AWS_QUOTA_INSUFFICIENT.
 */
export const launchMachine =
  (deps: Dependencies) =>
  async (input: LaunchInput): Promise<Machine> => {
    const { operation, key, owner, candidate, plan, bootDeadlineAt, provesHome = false } = input;
    const { db } = deps;
    const { BERTH_SERVER_SECRET: secret } = deps.settings;
    const watcher = Context.current().info.workflowExecution!.workflowId;
    if (!isReserved(candidate, plan)) await reserveCandidate(deps, input);
    const request = launchRequest(deps, key, owner, candidate, plan, provesHome);
    const intent = await recordIntent(db, {
      ...key,
      tenantId: owner.tenantId,
      region: plan.region,
      operationWorkflowId: watcher,
      clientToken: request.ClientToken!,
      request: { ...request, UserData: seal(secret, request.ClientToken!, request.UserData!) },
      bootDeadlineAt: new Date(bootDeadlineAt),
    });
    if (intent.progress === 'ended' || intent.terminate_requested_at !== null) throw givenUp(key);
    // The credentials in it are nobody's to read where the request is kept. Under a new secret none of the old ones is good any more.
    const userData = unseal(secret, intent.client_token, intent.request.UserData ?? '') ?? request.UserData;
    const first = { ...intent.request, UserData: userData };
    const instanceId = intent.instance_id ?? (await runOrAdopt(deps, input, intent, first));
    const step = {
      instance_id: instanceId,
      instance_type: candidate.instanceType,
      zone: candidate.zone,
      generation: key.generation,
      waits_for: 'registration',
      waits_until: bootDeadlineAt,
      attempt: key.attempt,
    };
    const [isWanted] = await Promise.all([
      recordLaunched(db, key, instanceId, watcher, [
        stepEvent(operation, 'launched', `${key.generation}/${key.attempt}`, step),
      ]),
      recordCapacity(db, plan.region, candidate),
    ]);
    if (!isWanted) {
      await putAway(() => deps.ec2.mutate.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] })));
      throw givenUp(key, instanceId);
    }
    const { instanceType, zone } = candidate;
    return { instanceId, instanceType, zone, region: plan.region, generation: key.generation, attempt: key.attempt };
  };

/** A plan has reserved what its shape takes; that holds for the first candidate, and for each one where there is no other type. */
const isReserved = ({ instanceType, zone }: Candidate, { shape, takes, candidates: [first] }: LaunchPlan): boolean =>
  takes.length === 1 ||
  (instanceType === shape.instanceType && instanceType === first?.instanceType && zone === first.zone);

async function runOrAdopt(
  deps: Dependencies,
  input: LaunchInput,
  intent: RecordedIntent,
  request: RunInstancesCommandInput,
): Promise<string> {
  const { db, ec2 } = deps;
  const { operation, key, candidate, plan } = input;
  try {
    const answer = await ec2.launch.send(new RunInstancesCommand(request));
    return await alive(answer.Instances?.[0]);
  } catch (error) {
    if (error instanceof BerthError) throw error;
    if (isAwsCode(error, 'IdempotentInstanceTerminated')) return alive(undefined);
    const known = classify(error);
    if (known === null) throw error;
    // A mismatch means that the token has launched something; a limit may be hit by what an earlier try of ours launched.
    if (known.class === 'idempotency' || known.class === 'quota') {
      const made = await findByToken(ec2, intent.client_token);
      if (made !== null) return alive(made);
    }
    const failure = awsFailure('RunInstances', known, error as Error);
    if (failure.nonRetryable) await noteRefusal(deps, { operation, key, candidate, region: plan.region }, known);
    throw failure;
  }

  async function alive(instance: Instance | undefined): Promise<string> {
    if (instance?.InstanceId !== undefined && !isDead(instance)) return instance.InstanceId;
    await recordEnded(db, key, intent.operation_workflow_id);
    const context = {
      instance_id: instance?.InstanceId ?? 'of this token',
      state_reason: instance?.StateReason?.Code ?? 'terminated',
    };
    throw new BerthError('MACHINE_DIED', context);
  }
}

function launchRequest(
  { settings }: Dependencies,
  key: LaunchKey,
  owner: Owner,
  candidate: Candidate,
  plan: LaunchPlan,
  proveHome: boolean,
): RunInstancesCommandInput {
  const tags = launchTags(owner, key);
  return {
    ClientToken: launchToken(key, candidate, plan.imageId),
    ImageId: plan.imageId,
    InstanceType: candidate.instanceType as RunInstancesCommandInput['InstanceType'],
    MinCount: 1,
    MaxCount: 1,
    Placement: { AvailabilityZone: candidate.zone },
    UserData: userData(key, settings, { proveHome, display: plan.shape.display }),
    // Said outright: the default for a data volume of a custom image differs between console and API (facts/ec2.md 1.6).
    BlockDeviceMappings: [
      {
        DeviceName: plan.rootDevice,
        Ebs: {
          VolumeSize: plan.shape.rootGb,
          VolumeType: 'gp3',
          Iops: plan.shape.iops,
          Throughput: plan.shape.throughput,
          DeleteOnTermination: true,
        },
      },
    ],
    // One-time: Berth makes the next machine itself, from the home (design, section 3).
    ...(candidate.market === 'spot' ? { InstanceMarketOptions: { MarketType: 'spot' as const } } : {}),
    ...(plan.shape.egressOpen ? {} : { SecurityGroupIds: [settings.RESTRICTED_SECURITY_GROUP_ID!] }),
    // Two hops, because the runtime on the machine lives in a container.
    MetadataOptions: { HttpTokens: 'required', HttpEndpoint: 'enabled', HttpPutResponseHopLimit: 2 },
    // A machine that shuts itself down is gone, as its home is elsewhere; "stopped" would cost money unseen.
    InstanceInitiatedShutdownBehavior: 'terminate',
    TagSpecifications: (['instance', 'volume', 'network-interface', 'spot-instances-request'] as const).map(
      (ResourceType) => ({ ResourceType, Tags: tags }),
    ),
  };
}
