// Berth's process on the machine: mounts the home, registers with it, and says that it lives until it is stopped.

import { DesktopActions } from './actions.ts';
import { type BootInstructions, readBootInstructions } from './bootInstructions.ts';
import { type DisplayControl, displayControlOf } from './control.ts';
import { type Display, type StartDisplay, startDisplay } from './display/display.ts';
import { displayOf } from './display/displayOf.ts';
import { HomeKeeper } from './homeKeeper.ts';
import { metadataService } from './metadata.ts';
import { watchNotices } from './notices.ts';
import { followOrders, type Platform } from './orders.ts';
import { post, Refused } from './platform.ts';
import { keepToken, readToken } from './token.ts';
import { untilTold } from './untilTold.ts';
import { wait } from './wait.ts';

export type SidecarOptions = {
  /** `/` on a machine; the folder that plays one in the emulator. */
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  /** Between two looks for the home's volume. */
  readonly homePollMs?: number;
  /** Between two looks for what AWS is about to do. */
  readonly noticePollMs?: number;
  /** Told once it has registered: what acts on the desktop does so through these. */
  readonly onDesktop?: (actions: DesktopActions, control: DisplayControl) => void;
  /** Where its display listens (display/displayOf.ts). */
  readonly displayAddress?: string;
  readonly openDisplay?: StartDisplay;
};

/** Runs until `signal` aborts, or throws Refused when the platform wants nothing more of this machine. */
export async function runSidecar({
  root,
  env,
  signal,
  log,
  homePollMs = 100,
  noticePollMs,
  onDesktop,
  displayAddress,
  openDisplay = startDisplay,
}: SidecarOptions): Promise<void> {
  const startedAt = Date.now();
  const metadata = metadataService(env);
  const instructions = await untilTold('the boot instructions', () => readBootInstructions(metadata), signal, log);
  log(`booted as generation ${instructions.generation} of workspace ${instructions.workspaceId}`);
  const instanceId = await untilTold('its own id', () => metadata.get('/latest/meta-data/instance-id'), signal, log);
  const home = new HomeKeeper({ root, pollMs: homePollMs, signal, log });
  const token = await register(instructions, instanceId, home, root, signal, log);
  const { platformUrl: url } = instructions;
  const display = await displayOf(instructions, metadata, displayAddress, openDisplay, signal, log);
  // Whichever ends ends the machine's service; the other one must not go on without it.
  const both = new AbortController();
  const platform = { url, token, signal: AbortSignal.any([signal, both.signal]), log };
  const control = displayControlOf(platform, instructions.workspaceId);
  const actions = new DesktopActions(control.permit);
  onDesktop?.(actions, control);
  try {
    await Promise.race([
      followOrders(platform, home, actions),
      beat(platform, instructions, startedAt, display),
      watchNotices(platform, metadata, noticePollMs),
    ]);
  } finally {
    both.abort();
    await display?.stop();
  }
}

async function beat(
  { url, token, signal, log }: Platform,
  { workspaceId, heartbeatIntervalMs }: BootInstructions,
  startedAt: number,
  display: Display | null,
): Promise<never> {
  for (;;) {
    const body = {
      workspace_id: workspaceId,
      uptime_seconds: Math.round((Date.now() - startedAt) / 1000),
      error_rate: 0,
      active_tasks: 0,
      ...(display === null ? {} : { display: await display.evidence() }),
    };
    await post(`${url}/registry/heartbeat`, token, body, signal, log);
    await wait(heartbeatIntervalMs, signal);
  }
}

/** At the first boot with the boot credential, which is exchanged for a token; at every later one with that token. */
async function register(
  instructions: BootInstructions,
  instanceId: string,
  home: HomeKeeper,
  root: string,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<string> {
  const known = await readToken(root);
  const { volumeId: volume_id } = await home.mount();
  const proof = instructions.proveHome ? { manifest: (await home.manifest()).manifest } : {};
  const body = { id: instructions.workspaceId, instance_id: instanceId, home: { volume_id, mounted: true, ...proof } };
  const url = `${instructions.platformUrl}/registry/register`;
  const answer = await post(url, known ?? instructions.bootCredential, body, signal, log);
  const token = answer['auth_token'] ?? known;
  if (typeof token !== 'string')
    throw new Refused('NO_TOKEN', 'the platform answered the registration without a token');
  if (token !== known) await keepToken(root, token);
  log('registered');
  return token;
}
