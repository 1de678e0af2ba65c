// The tags on everything that costs money: whose it is, and which generation and try made it (facts/wire.md 3.9).

import type { Tag } from '@aws-sdk/client-ec2';
import type { LaunchKey, Owner } from '../../domain/machine.ts';

export const MANAGED_BY = { key: 'berth:managed-by', value: 'berth' } as const;

export const ownerTags = (owner: Owner, generation: number): Tag[] => [
  { Key: 'Name', Value: `ws-${owner.workspaceId.slice(0, 12)}` },
  { Key: 'WorkspaceID', Value: owner.workspaceId },
  { Key: 'OrgID', Value: owner.tenantId },
  { Key: 'Role', Value: 'workspace' },
  { Key: MANAGED_BY.key, Value: MANAGED_BY.value },
  { Key: 'berth:generation', Value: String(generation) },
];

export const launchTags = (owner: Owner, { generation, attempt }: LaunchKey): Tag[] => [
  ...ownerTags(owner, generation),
  { Key: 'berth:attempt', Value: String(attempt) },
];
