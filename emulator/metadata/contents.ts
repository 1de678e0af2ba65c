// What the metadata service says of an instance: a tree of texts, folders listed by their names (facts/ec2.md 1.9, 3).

import { zoneId } from '../ec2/catalogue.ts';
import { dnsName, type Instance } from '../ec2/instances.ts';
import { subnetsOf } from '../ec2/network.ts';
import type { Region } from '../ec2/region.ts';

type Tree = { readonly [name: string]: string | Buffer | Tree | undefined };

/** What is at the path, or the names in the folder; null where there is nothing. */
export function contentAt(path: string, instance: Instance, region: Region): string | Buffer | null {
  let node: Tree[string] = { latest: latest(instance, region) };
  for (const name of path.split('/').filter((part) => part !== '')) {
    if (!isFolder(node) || !Object.hasOwn(node, name)) return null;
    node = node[name];
  }
  if (!isFolder(node)) return node ?? null;
  return Object.entries(node)
    .filter(([, child]) => child !== undefined)
    .map(([name, child]) => (isFolder(child) ? `${name}/` : name))
    .join('\n');
}

const isFolder = (node: Tree[string]): node is Tree => typeof node === 'object' && !Buffer.isBuffer(node);

const latest = (instance: Instance, region: Region): Tree => ({
  // Its bytes as they are: user data may be compressed.
  'user-data': instance.userData === undefined ? undefined : Buffer.from(instance.userData, 'base64'),
  'meta-data': metaData(instance, region),
  dynamic: { 'instance-identity': { document: identity(instance, region) } },
});

function metaData(instance: Instance, region: Region): Tree {
  const host = dnsName(instance.privateIp, region.name);
  const mac = macOf(instance.privateIp);
  return {
    'ami-id': instance.imageId,
    'ami-launch-index': String(instance.launchIndex),
    hostname: host,
    'instance-action': 'none',
    'instance-id': instance.id,
    'instance-life-cycle': instance.market,
    'instance-type': instance.type,
    'local-hostname': host,
    'local-ipv4': instance.privateIp,
    mac,
    network: {
      interfaces: {
        macs: {
          [mac]: {
            'interface-id': instance.networkInterfaceId,
            'local-ipv4s': instance.privateIp,
            'subnet-id': instance.subnetId,
            'subnet-ipv4-cidr-block': subnetsOf(region).find(({ id }) => id === instance.subnetId)?.cidr,
            'vpc-id': region.vpcId,
          },
        },
      },
    },
    placement: {
      'availability-zone': instance.zone,
      'availability-zone-id': zoneId(instance.zone),
      region: region.name,
    },
    profile: 'default-hvm',
    'reservation-id': instance.reservationId,
    'security-groups': 'default',
    spot: spot(instance),
    events: events(instance),
    tags: instance.metadata.instanceTags === 'enabled' ? { instance: { ...instance.tags } } : undefined,
    services: { domain: 'amazonaws.com', partition: 'aws' },
  };
}

/** Not there until the notice (facts/ec2.md 3). */
function spot({ notice }: Instance): Tree | undefined {
  if (notice === undefined) return undefined;
  const time = seconds(notice.atMs);
  return {
    'instance-action': JSON.stringify({ action: notice.action, time }),
    'termination-time': notice.action === 'terminate' ? time : undefined,
  };
}

const events = ({ rebalanceAtMs, scheduled }: Instance): Tree => ({
  maintenance: {
    history: '[]',
    scheduled: JSON.stringify(
      scheduled.map(({ id, code, description, notBeforeMs }) => ({
        NotBefore: new Date(notBeforeMs).toUTCString().slice(5),
        Code: code,
        Description: description,
        EventId: id,
        State: 'active',
      })),
    ),
  },
  recommendations:
    rebalanceAtMs === undefined ? undefined : { rebalance: JSON.stringify({ noticeTime: seconds(rebalanceAtMs) }) },
});

const identity = (instance: Instance, region: Region): string =>
  JSON.stringify({
    accountId: region.accountId,
    architecture: instance.architecture,
    availabilityZone: instance.zone,
    billingProducts: null,
    imageId: instance.imageId,
    instanceId: instance.id,
    instanceType: instance.type,
    pendingTime: seconds(instance.launchedAtMs),
    privateIp: instance.privateIp,
    region: region.name,
    version: '2017-09-30',
  });

const seconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');

const macOf = (ip: string): string =>
  ['02', '0a', ...ip.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))].join(':');
