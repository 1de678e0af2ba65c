// Mistakes made on purpose, each of which the harness has to find: the proof that it looks.

import type { Ec2Clients } from '../../../activities/ec2/clients.ts';

export type DefectName = keyof typeof defects;

export const defects = {
  /** As if the intent were recorded after the call: a launch that is tried again knows nothing of the one before. */
  'forgets its launches': ({ launch }: Ec2Clients) =>
    launch.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          const input = args.input as { ClientToken?: string };
          return commandName === 'RunInstancesCommand'
            ? next({ ...args, input: { ...input, ClientToken: crypto.randomUUID() } })
            : next(args);
        },
      { step: 'initialize', priority: 'high', name: 'chaosDefect' },
    ),
  /** Homes that are to be deleted stay, and it is believed that they went. */
  'believes deletions': ({ mutate }: Ec2Clients) =>
    mutate.middlewareStack.add(
      (next, { commandName }) =>
        async (args) =>
          commandName === 'DeleteVolumeCommand'
            ? { output: { $metadata: {} } as never, response: { statusCode: 200 } }
            : next(args),
      { step: 'initialize', priority: 'high', name: 'chaosDefect' },
    ),
} satisfies Record<string, (clients: Ec2Clients) => void>;
