// Ends what globalSetup started.

import { rm } from 'node:fs/promises';

export default async function globalTeardown(): Promise<void> {
  const servers = globalThis.berthTestServers;
  if (servers === undefined) return;
  await Promise.all(servers.parts.map((part) => part.stop()));
  await rm(servers.folder, { recursive: true, force: true });
}
