// Shows the entity's state in the Temporal UI: search attributes for lists, details for the page.

import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { WorkspaceState } from '../domain/workspace.ts';
import { searchAttributes } from './searchAttributes.ts';

export function showState(state: WorkspaceState): void {
  const { machine, home, operation, reason } = state;
  upsertSearchAttributes([
    { key: searchAttributes.tenant, value: state.tenantId },
    { key: searchAttributes.status, value: state.status },
    { key: searchAttributes.operation, value: operation?.kind ?? null },
    { key: searchAttributes.region, value: machine?.region ?? null },
    { key: searchAttributes.instance, value: machine?.instanceId ?? null },
  ]);
  const lines = [
    `**${state.status}** (${state.phase}), generation ${state.generation}, version ${state.version}`,
    operation && `- running: ${operation.kind} \`${operation.id}\``,
    machine && `- machine: \`${machine.instanceId}\` (${machine.instanceType}, ${machine.zone})`,
    home && `- home: \`${home.volumeId}\` (${home.sizeGb} GiB)`,
    reason && `- reason: **${reason.code}** ${reason.message}`,
  ];
  setCurrentDetails(lines.filter(Boolean).join('\n'));
}
