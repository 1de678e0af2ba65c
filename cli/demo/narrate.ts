// Turns an event into the line that a person reads.

import type { StreamedEvent } from './canvas.ts';

export function narrate({ event, payload: p }: StreamedEvent): string {
  switch (event) {
    case 'WORKSPACE_PROVISIONING':
      return `provisioning   generation ${p['generation']} of "${p['name']}", tier ${p['tier']}`;
    case 'WORKSPACE_OPERATION_STARTED':
      return `${String(p['operation']).padEnd(14)} generation ${p['generation']} to ${p['to_generation']}`;
    case 'WORKSPACE_INTERRUPTION_NOTICED':
      return `NOTICED        ${p['instance_id']} goes at ${p['deadline']}, told by ${p['source']}`;
    case 'WORKSPACE_CHECKPOINTED':
      return `checkpointed   restore point ${p['restore_point_id']}`;
    case 'WORKSPACE_MACHINE_ENDED':
      // Events of AWS say that it ended; only a look says why.
      return `machine ended  ${p['instance_id']}${p['state_reason'] ? `: ${p['state_reason']}` : ''}`;
    case 'WORKSPACE_RECOVERING':
      return `recovering     to generation ${p['to_generation']}`;
    case 'WORKSPACE_STEP':
      return narrateStep(String(p['step']), p);
    case 'WORKSPACE_ONLINE':
      return `ONLINE         registered from ${p['instance_id']} in ${p['zone']}, home ${p['home_volume_id']} mounted`;
    case 'WORKSPACE_REMOVED':
      return 'removed        the workspace is gone for its user; its machine and home are next';
    case 'WORKSPACE_DESTROYED':
      return 'destroyed      machine and home are gone';
    default:
      if (event.startsWith('display.control.')) return `${event}: ${p['controlled_by']}, fence ${p['fence']}`;
      return `${event} ${JSON.stringify(p)}`;
  }
}

function narrateStep(step: string, p: StreamedEvent['payload']): string {
  switch (step) {
    case 'planned': {
      const price = p['hourly_usd'] === null ? 'price unknown' : `$${p['hourly_usd']} an hour`;
      const candidates = p['candidates'] as { instance_type: string; zone: string }[];
      const zones = candidates.filter((each) => each.instance_type === p['instance_type']).map(({ zone }) => zone);
      return `planned        ${p['instance_type']}, root ${p['root_gb']} GiB, home ${p['home_gb']} GiB, ${price}\n${' '.repeat(25)}image ${p['image_id']}, zones in order: ${zones.join(', ')}`;
    }
    case 'candidate_refused':
      return `refused        ${p['instance_type']} in ${p['zone']}: ${p['aws_code'] ?? p['code']}`;
    case 'launched':
      return `launched       ${p['instance_id']} (${p['instance_type']}) in ${p['zone']}`;
    case 'home_created':
      return `home created   ${p['volume_id']}, ${p['size_gb']} GiB in ${p['zone']}, in no instance's lifecycle`;
    case 'home_attached':
      return `home attached  ${p['volume_id']} to ${p['instance_id']}`;
    case 'restore_point':
      return `restore point  ${p['snapshot_id']}, ${p['quality']}: ${p['reason']}`;
    case 'ordered':
      return `ordered        the machine of generation ${p['generation']} to ${p['order']}`;
    case 'home_detached':
      return `home detached  ${p['volume_id']} from ${p['instance_id']}`;
    case 'terminating':
      return `terminating    ${p['instance_id']}`;
    case 'home_deleted':
      return `home deleted   ${p['volume_id']}`;
    default:
      return step;
  }
}
