// Where webhooks may be sent: public addresses over TLS, and what the operator allows beside them. A tenant must not make Berth call
// the networks that it stands in, such as the metadata service.

import ipaddr from 'ipaddr.js';
import { isIP } from 'node:net';
import type { Settings } from '../config/settings.ts';

export type ReceiverRules = {
  /** Networks that are allowed though they are not public. */
  readonly networks: readonly string[];
  /** Without TLS: on this machine alone, or anywhere. */
  readonly http: 'loopback' | 'allowed';
};

export const receiverRules = (settings: Pick<Settings, 'WEBHOOK_NETWORKS' | 'WEBHOOK_HTTP'>): ReceiverRules => ({
  networks: settings.WEBHOOK_NETWORKS ?? [],
  http: settings.WEBHOOK_HTTP,
});

/** Public is what no special purpose is registered for, also inside an IPv6 address that carries one of IPv4. */
export function isReceiverAddress(address: string, { networks }: ReceiverRules): boolean {
  const parsed = ipaddr.process(address);
  if (parsed.range() === 'unicast') return true;
  return networks
    .map((network) => ipaddr.parseCIDR(network))
    .some(([base, bits]) => base.kind() === parsed.kind() && parsed.match(base, bits));
}

/** What is wrong with it, or null. What its name resolves to is looked at when something is sent (attempt.ts). */
export function receiverProblem(text: string, rules: ReceiverRules): string | null {
  if (!URL.canParse(text)) return 'it is not a URL';
  const url = new URL(text);
  const host = hostOf(url);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'it is neither https nor http';
  if (url.username !== '' || url.password !== '') return 'it has credentials in it';
  if (url.hash !== '') return 'it has a fragment, which is never sent';
  const loopback = loopbackAddress(host);
  const address = isIP(host) === 0 ? loopback : host;
  if (address !== null && !isReceiverAddress(address, rules)) return `${host} is not a public address`;
  if (url.protocol === 'http:' && loopback === null && rules.http !== 'allowed') return 'it is not https';
  return null;
}

/** Without the brackets of IPv6. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

/** Of this machine: its address, or that which its name stands for everywhere; null = elsewhere. */
export function loopbackAddress(host: string): string | null {
  if (isIP(host) !== 0) return ipaddr.process(host).range() === 'loopback' ? host : null;
  return host === 'localhost' || host.endsWith('.localhost') ? '127.0.0.1' : null;
}
