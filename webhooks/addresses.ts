// The addresses of a receiver's name. Asked of the name servers directly: getaddrinfo would hold one of Node's few threads for as long
// as a tenant's name server is silent, and with it everybody's file and name look-ups.

import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { loopbackAddress } from './receivers.ts';

/** All of them, IPv4 first; throws where the name has none. The hosts file is not looked at. */
export async function addressesOf(host: string, signal: AbortSignal): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  const loopback = loopbackAddress(host);
  if (loopback !== null) return [loopback];
  const resolver = new Resolver();
  const cancel = (): void => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (addresses.length > 0) return addresses;
    throw (answers[0] as PromiseRejectedResult).reason;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
