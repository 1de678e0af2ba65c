// Bodies of the registry routes, as machines send them (facts/wire.md 1.7).

import { BlockList, isIP } from 'node:net';
import { z } from 'zod';

/** A card goes through a workflow's history once; more than this belongs elsewhere. */
const MAX_CARD_BYTES = 8_192;

const agentCard = z
  .json()
  .refine((card) => JSON.stringify(card).length <= MAX_CARD_BYTES, `must be at most ${MAX_CARD_BYTES} bytes`);

/** Addresses that a machine must not make the platform call: itself, its link, the metadata service. */
const forbidden = new BlockList();
forbidden.addSubnet('127.0.0.0', 8, 'ipv4');
forbidden.addSubnet('0.0.0.0', 8, 'ipv4');
forbidden.addSubnet('169.254.0.0', 16, 'ipv4');
forbidden.addAddress('::1', 'ipv6');
forbidden.addAddress('::', 'ipv6');
forbidden.addSubnet('fe80::', 10, 'ipv6');
forbidden.addAddress('fd00:ec2::254', 'ipv6');

function isReachableHost(value: string): boolean {
  const host = new URL(value).hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  if (family !== 0) return !forbidden.check(host, family === 4 ? 'ipv4' : 'ipv6');
  return host !== 'localhost' && !host.endsWith('.localhost');
}

/** What is in a home, as the machine has counted it (sidecar/manifest.ts). */
const manifestSchema = z.strictObject({
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  level: z.enum(['content', 'names']),
  files: z.number().int().min(0),
  bytes: z.number().int().min(0),
});

export const registerSchema = z.strictObject({
  id: z.string(),
  url: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .refine(isReachableHost, 'must not point at the platform itself')
    .optional(),
  agent_card: agentCard.optional(),
  instance_id: z.string().regex(/^i-[0-9a-f]{8,17}$/, 'must be an EC2 instance id'),
  home: z.strictObject({
    volume_id: z.string().regex(/^vol-[0-9a-f]{8,17}$/),
    mounted: z.boolean(),
    manifest: manifestSchema.optional(),
  }),
});

/** What AWS has told a machine of itself (facts/ec2.md 3). */
export const noticeSchema = z.strictObject({
  kind: z.enum(['interruption', 'rebalance', 'scheduled']),
  action_at: z.iso.datetime({ offset: true }).nullable(),
});

/** What a machine answers an order with. */
export const orderAnswerSchema = z.discriminatedUnion('ok', [
  z.strictObject({
    ok: z.literal(true),
    result: z.strictObject({
      volume_id: z.string().optional(),
      manifest: manifestSchema.optional(),
      /** Of an order to rest: what had not come to rest in its time. */
      cut_off: z.array(z.string().max(200)).max(50).optional(),
    }),
  }),
  z.strictObject({ ok: z.literal(false), error: z.string().max(2_000) }),
]);

export const heartbeatSchema = z.strictObject({
  workspace_id: z.string(),
  error_rate: z.number().min(0).max(1).optional(),
  sample_error: z.string().max(2_000).optional(),
  active_tasks: z.number().int().min(0).optional(),
  uptime_seconds: z.number().min(0).optional(),
  current_task: z.string().max(2_000).optional(),
  monthly_spend: z.number().min(0).optional(),
  runtime_state: z.string().max(100).optional(),
  /** What it has seen of its own display, and where that is for the proxy (sidecar/display/display.ts). */
  display: z
    .strictObject({
      x: z.boolean(),
      rfb: z.boolean(),
      host: z.union([z.ipv4(), z.ipv6()]),
      port: z.number().int().min(1024).max(65535),
    })
    .optional(),
  runtime_metadata: z.record(z.string(), z.json()).optional(),
});
