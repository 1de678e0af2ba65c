// The boot credential: derived from the server's secret, never stored, good for registering one launch (design, section 11).

import { createHmac } from 'node:crypto';
import { workspaceId as asWorkspaceId } from '../domain/ids.ts';
import type { LaunchKey } from '../domain/machine.ts';
import { sameSecret } from './secrets.ts';

const PREFIX = 'berth-boot';

/** The same launch always has the same credential, so that its user data stays byte-identical when it is replayed. */
export function bootCredential(serverSecret: string, launch: LaunchKey): string {
  const subject = `${launch.workspaceId}.${launch.generation}.${launch.attempt}`;
  return `${PREFIX}.${subject}.${sign(serverSecret, subject)}`;
}

/** The launch that `credential` is for, or null where it is not one of ours. Says nothing about whether it is still good. */
export function verifyBootCredential(serverSecret: string, credential: string): LaunchKey | null {
  const [prefix, id, generation, attempt, signature, ...rest] = credential.split('.');
  if (prefix !== PREFIX || rest.length > 0 || signature === undefined) return null;
  const workspaceId = asWorkspaceId(id ?? '');
  if (workspaceId === null || !isCount(generation) || !isCount(attempt)) return null;
  if (!sameSecret(signature, sign(serverSecret, `${workspaceId}.${generation}.${attempt}`))) return null;
  return { workspaceId, generation: Number(generation), attempt: Number(attempt) };
}

const sign = (secret: string, subject: string): string =>
  createHmac('sha256', secret).update(`${PREFIX}.${subject}`).digest('base64url');

const isCount = (value: string | undefined): value is string => value !== undefined && /^[1-9]\d{0,8}$/.test(value);
