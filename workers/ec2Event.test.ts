// What EventBridge's messages about EC2 say, as AWS documents them (facts/ec2.md 3), and which bodies say nothing.

import { readEc2Event } from './ec2Event.ts';

const ID = 'i-0123456789abcdef0';
const event = (type: string, detail: unknown, time = '2026-11-27T12:00:00Z'): string =>
  JSON.stringify({
    version: '0',
    id: '1e5527d7-bb36-4607-3370-4164db56a40e',
    'detail-type': type,
    source: 'aws.ec2',
    account: '123456789012',
    time,
    region: 'us-east-1',
    // The zone stands where the account should: not to be read.
    resources: [`arn:aws:ec2:us-east-1a:instance/${ID}`],
    detail,
  });

it('a warning is two minutes before the end', () => {
  const body = event('EC2 Spot Instance Interruption Warning', { 'instance-id': ID, 'instance-action': 'terminate' });
  expect(readEc2Event(body)).toEqual([
    {
      type: 'notice',
      notice: { kind: 'interruption', instanceId: ID, actionAt: '2026-11-27T12:02:00.000Z', source: 'events' },
    },
  ]);
});

it('a recommendation says no time', () => {
  expect(readEc2Event(event('EC2 Instance Rebalance Recommendation', { 'instance-id': ID }))).toMatchObject([
    { type: 'notice', notice: { kind: 'rebalance', instanceId: ID, actionAt: null } },
  ]);
});

it('of the states the last one alone is of interest', () => {
  const state = (name: string) =>
    readEc2Event(event('EC2 Instance State-change Notification', { 'instance-id': ID, state: name }));
  expect(state('terminated')).toEqual([{ type: 'ended', instanceId: ID, state: 'terminated' }]);
  for (const name of ['pending', 'running', 'shutting-down', 'stopping', 'stopped']) {
    expect(state(name)).toEqual([{ type: 'other' }]);
  }
});

it('a scheduled change is about each machine that it names', () => {
  const detail = {
    service: 'EC2',
    eventTypeCode: 'AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED',
    startTime: 'Fri, 04 Dec 2026 05:00:00 GMT',
    affectedEntities: [
      { entityValue: ID },
      { entityValue: 'vol-0123456789abcdef0' },
      { entityValue: 'i-0123456789abcdef1' },
    ],
  };
  expect(readEc2Event(event('AWS Health Event', detail))).toMatchObject([
    { notice: { kind: 'scheduled', instanceId: ID, actionAt: '2026-12-04T05:00:00.000Z' } },
    { notice: { instanceId: 'i-0123456789abcdef1' } },
  ]);
  expect(readEc2Event(event('AWS Health Event', { ...detail, service: 'RDS' }))).toEqual([{ type: 'other' }]);
});

it('an event of something else is none of ours', () => {
  expect(readEc2Event(event('EBS Snapshot Notification', { event: 'createSnapshot' }))).toEqual([{ type: 'other' }]);
});

it.each([
  ['no JSON', 'poison'],
  ['nothing', ''],
  ['null', 'null'],
  ['a list', '[]'],
  ['no detail-type', JSON.stringify({ time: '2026-11-27T12:00:00Z', detail: {} })],
  ['a time that is none', event('EC2 Instance Rebalance Recommendation', { 'instance-id': ID }, 'yesterday')],
  ['no instance', event('EC2 Spot Instance Interruption Warning', {})],
  ['an id that is none', event('EC2 Spot Instance Interruption Warning', { 'instance-id': 'i-1; drop table' })],
])('%s is not understood', (_, body) => expect(() => readEc2Event(body)).toThrow(/\S/));
