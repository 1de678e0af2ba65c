// What the machine was told at its launch, read from its user data.

import type { Metadata } from './metadata.ts';

export type BootInstructions = {
  readonly workspaceId: string;
  readonly generation: number;
  readonly attempt: number;
  readonly platformUrl: string;
  readonly bootCredential: string;
  readonly heartbeatIntervalMs: number;
  /** The home comes from another machine: what is in it is to be said at the registration. */
  readonly proveHome: boolean;
  /** Absent where the workspace has no display. */
  readonly display: { readonly width: number; readonly height: number; readonly password: string } | null;
};

/** Throws where the user data is not Berth's. */
export async function readBootInstructions(metadata: Metadata): Promise<BootInstructions> {
  const content: unknown = JSON.parse(await metadata.get('/latest/user-data'));
  if (typeof content !== 'object' || content === null) throw new Error('the user data is not an object');
  const field = <Type extends 'string' | 'number'>(name: string, type: Type) => {
    const value = (content as Record<string, unknown>)[name];
    if (typeof value !== type) throw new Error(`the user data has no ${type} "${name}"`);
    return value as Type extends 'string' ? string : number;
  };
  if (field('berth', 'number') !== 1) throw new Error('the user data is of another version than this sidecar');
  return {
    workspaceId: field('workspace_id', 'string'),
    generation: field('generation', 'number'),
    attempt: field('attempt', 'number'),
    platformUrl: field('platform_url', 'string'),
    bootCredential: field('boot_credential', 'string'),
    heartbeatIntervalMs: field('heartbeat_interval_seconds', 'number') * 1000,
    proveHome: (content as Record<string, unknown>)['prove_home'] === true,
    display: readDisplay((content as Record<string, unknown>)['display']),
  };
}

function readDisplay(content: unknown): BootInstructions['display'] {
  if (content === undefined) return null;
  const { width, height, password } = content as Record<string, unknown>;
  if (typeof width !== 'number' || typeof height !== 'number' || typeof password !== 'string')
    throw new Error('the user data has a display without its size or its password');
  return { width, height, password };
}
