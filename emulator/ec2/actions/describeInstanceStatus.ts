// DescribeInstanceStatus: what the status checks say of the instances that run, and what is scheduled for them (facts/ec2.md 1.9).

import { boolean, integer, list, string } from '../../protocols/parameters.ts';
import { zoneId } from '../catalogue.ts';
import { Ec2Error } from '../errors.ts';
import { type FilterReaders, filterSchema } from '../filters.ts';
import { type Instance, type ScheduledEvent, stateXml } from '../instances.ts';
import type { Region } from '../region.ts';
import { select } from '../select.ts';
import { action, stopDryRun } from './action.ts';

type Status = 'ok' | 'initializing' | 'impaired' | 'not-applicable';

type Checks = { readonly system: Status; readonly instance: Status; readonly ebs: Status };

/** The checks run once a minute: before that there is no result. */
const FIRST_CHECK_MS = 60_000;

/** Far fewer than other describe calls take. */
const MAX_IDS = 100;

const REACHABILITY: Readonly<Record<Status, string | undefined>> = {
  ok: 'passed',
  initializing: 'initializing',
  impaired: 'failed',
  'not-applicable': undefined,
};

export const describeInstanceStatus = action(
  'DescribeInstanceStatus',
  {
    InstanceId: list(string),
    IncludeAllInstances: boolean,
    Filter: filterSchema,
    MaxResults: integer,
    NextToken: string,
    DryRun: boolean,
  },
  (region, input) => {
    if ((input.InstanceId ?? []).length > MAX_IDS) {
      throw new Ec2Error('InvalidParameterValue', `A call takes at most ${MAX_IDS} instance ids`);
    }
    const { items, nextToken } = select(region.instances, {
      kind: 'instance',
      ids: input.InstanceId,
      filters: input.Filter,
      readers: readers(region),
      paging: input,
      isOthers: (id) => region.world.isOthers(region, 'instance', id),
      where: (instance) => input.IncludeAllInstances === true || instance.state === 'running',
    });
    stopDryRun(input.DryRun);
    return { instanceStatusSet: items.map((instance) => statusXml(instance, region.nowMs)), nextToken };
  },
);

const readers = (region: Region): FilterReaders<Instance> => {
  const of = (instance: Instance): Checks => checksOf(instance, region.nowMs);
  return {
    'availability-zone': (instance) => [instance.zone],
    'availability-zone-id': (instance) => [zoneId(instance.zone)],
    'instance-state-name': (instance) => [instance.state],
    'instance-state-code': (instance) => [String(stateXml(instance.state).code)],
    'instance-status.status': (instance) => [of(instance).instance],
    'instance-status.reachability': (instance) => [REACHABILITY[of(instance).instance]],
    'system-status.status': (instance) => [of(instance).system],
    'system-status.reachability': (instance) => [REACHABILITY[of(instance).system]],
    'attached-ebs-status.status': (instance) => [of(instance).ebs],
    'event.code': (instance) => instance.scheduled.map(({ code }) => code),
    'event.description': (instance) => instance.scheduled.map(({ description }) => description),
    'event.instance-event-id': (instance) => instance.scheduled.map(({ id }) => id),
    'event.not-before': (instance) => instance.scheduled.map(({ notBeforeMs }) => new Date(notBeforeMs).toISOString()),
  };
};

/** Nothing is checked of what does not run. What is impaired here is the machine inside, never AWS's side of it. */
function checksOf(instance: Instance, nowMs: number): Checks {
  if (instance.state !== 'running') {
    return { system: 'not-applicable', instance: 'not-applicable', ebs: 'not-applicable' };
  }
  const sinceMs = runningSinceMs(instance);
  const healthy = nowMs - sinceMs < FIRST_CHECK_MS ? 'initializing' : 'ok';
  return { system: healthy, instance: isImpaired(instance) ? 'impaired' : healthy, ebs: healthy };
}

const runningSinceMs = ({ billed, launchedAtMs }: Instance): number => billed.at(-1)?.fromMs ?? launchedAtMs;

/** A stop and a start bring it to another host, and leave behind what was wrong. */
const isImpaired = (instance: Instance): boolean =>
  instance.impairedAtMs !== undefined && instance.impairedAtMs >= runningSinceMs(instance);

const statusXml = (instance: Instance, nowMs: number) => {
  const { system, instance: inside, ebs } = checksOf(instance, nowMs);
  const impairedSince =
    inside === 'impaired' && instance.impairedAtMs !== undefined ? new Date(instance.impairedAtMs) : undefined;
  return {
    instanceId: instance.id,
    availabilityZone: instance.zone,
    availabilityZoneId: zoneId(instance.zone),
    instanceState: stateXml(instance.state),
    systemStatus: checkXml(system),
    instanceStatus: checkXml(inside, impairedSince),
    attachedEbsStatus: checkXml(ebs),
    eventsSet: instance.scheduled.map(eventXml),
  };
};

const checkXml = (status: Status, impairedSince?: Date) => ({
  status,
  details: status === 'not-applicable' ? [] : [{ name: 'reachability', status: REACHABILITY[status], impairedSince }],
});

const eventXml = ({ id, code, description, notBeforeMs }: ScheduledEvent) => ({
  instanceEventId: id,
  code,
  description,
  notBefore: new Date(notBeforeMs),
});
