// What a caller should know of a shape that is allowed all the same (R30, R33).

import type { Shape, TypeFacts } from '../domain/compute/shape.ts';

export type Warning = { readonly code: string; readonly text: string };

export function warningsOf(shape: Shape, type: TypeFacts | undefined): Warning[] {
  const warnings: Warning[] = [];
  if (shape.display !== null && type?.burstable === true) {
    const text = `${shape.instanceType} has burst credits, which browsing with screenshots uses up: the desktop becomes slow.`;
    warnings.push({ code: 'BURST_CREDITS', text });
  }
  if (shape.display?.mode === 'gpu-desktop-control') {
    warnings.push({
      code: 'GPU_DESKTOP_COST',
      text: 'A GPU desktop is billed by the hour, whether it is looked at or not.',
    });
  }
  if (shape.market === 'spot') {
    const text =
      'AWS may take a spot machine away at two minutes notice, or with none. hourly_usd is the most that is charged, expected_hourly_usd what it costs now.';
    warnings.push({ code: 'SPOT_INTERRUPTION', text });
  }
  if (shape.dataPersistence === 'ephemeral') {
    warnings.push({ code: 'EPHEMERAL_HOME', text: 'The home is not kept when the machine is replaced.' });
  }
  return warnings;
}
