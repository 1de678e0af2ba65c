// What a machine is told at its launch. Byte-identical whenever it is made again for the same launch.

import { bootCredential } from '../../credentials/bootCredential.ts';
import { displayPassword } from '../../credentials/displayCredential.ts';
import type { Display } from '../../domain/compute/shape.ts';
import type { LaunchKey } from '../../domain/machine.ts';
import type { ActivitySettings } from '../dependencies.ts';

/** JSON in base64, far below the 16 KB that EC2 takes. The credential in it is good for one registration (design, section 11). */
export function userData(
  launch: LaunchKey,
  settings: ActivitySettings,
  { proveHome = false, display = null }: { readonly proveHome?: boolean; readonly display?: Display | null } = {},
): string {
  const content = {
    berth: 1,
    workspace_id: launch.workspaceId,
    generation: launch.generation,
    attempt: launch.attempt,
    platform_url: settings.PLATFORM_URL,
    boot_credential: bootCredential(settings.BERTH_SERVER_SECRET, launch),
    heartbeat_interval_seconds: settings.HEARTBEAT_INTERVAL_SECONDS,
    // The home was another machine's: this one says what it finds in it (sidecar/manifest.ts).
    ...(proveHome ? { prove_home: true } : {}),
    ...(display === null ? {} : { display: displayOf(launch, settings, display) }),
  };
  return Buffer.from(JSON.stringify(content)).toString('base64');
}

const displayOf = (
  { workspaceId, generation }: LaunchKey,
  { BERTH_SERVER_SECRET: secret }: ActivitySettings,
  { width, height }: Display,
) => ({ width, height, password: displayPassword(secret, workspaceId, generation) });
