// Berth's process on the machine: mounts the home, registers with it, and says that it lives until it is stopped.

import { type BootInstructions, readBootInstructions } from './bootInstructions.ts';
import { mountHome } from './home.ts';
import { type Metadata, metadataService } from './metadata.ts';
import { post, Refused } from './platform.ts';
import { keepToken, readToken } from './token.ts';
import { backoff, wait } from './wait.ts';

export type SidecarOptions = {
  /** `/` on a machine; the folder that plays one in the emulator. */
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  /** Between two looks for the home's volume. */
  readonly homePollMs?: number;
};

/** Runs until `signal` aborts, or throws Refused when the platform wants nothing more of this machine. */
export async function runSidecar({ root, env, signal, log, homePollMs = 100 }: SidecarOptions): Promise<void> {
  const startedAt = Date.now();
  const metadata = metadataService(env);
  const instructions = await bootInstructions(metadata, signal, log);
  log(`booted as generation ${instructions.generation} of workspace ${instructions.workspaceId}`);
  const instanceId = await metadata.get('/latest/meta-data/instance-id');
  const home = await mountHome(root, homePollMs, signal);
  log(`home ${home.volumeId} mounted at ${home.path}`);
  const token = (await readToken(root)) ?? (await register(instructions, instanceId, home.volumeId, root, signal, log));
  for (;;) {
    const body = {
      workspace_id: instructions.workspaceId,
      uptime_seconds: Math.round((Date.now() - startedAt) / 1000),
      error_rate: 0,
      active_tasks: 0,
    };
    await post(`${instructions.platformUrl}/registry/heartbeat`, token, body, signal, log);
    await wait(instructions.heartbeatIntervalMs, signal);
  }
}

/** The metadata service may come up later than this process. */
async function bootInstructions(
  metadata: Metadata,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<BootInstructions> {
  for (const pauseMs of backoff(100, 5_000)) {
    try {
      return await readBootInstructions(metadata);
    } catch (error) {
      log(`can't read the boot instructions yet: ${String(error)}`);
    }
    await wait(pauseMs, signal);
  }
  throw new Error('unreachable');
}

async function register(
  instructions: BootInstructions,
  instanceId: string,
  homeVolumeId: string,
  root: string,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<string> {
  const body = {
    id: instructions.workspaceId,
    instance_id: instanceId,
    home: { volume_id: homeVolumeId, mounted: true },
  };
  const answer = await post(
    `${instructions.platformUrl}/registry/register`,
    instructions.bootCredential,
    body,
    signal,
    log,
  );
  const token = answer['auth_token'];
  if (typeof token !== 'string')
    throw new Refused('NO_TOKEN', 'the platform answered the registration without a token');
  await keepToken(root, token);
  log('registered');
  return token;
}
