// The `compute` block at the edge: its shape. Sizes and types are the catalogue's and the settings' to judge (domain/compute.ts).

import { z } from 'zod';
import type { Compute } from '../../domain/compute.ts';

const volume = z.strictObject({
  root_gb: z.number().int().optional(),
});

export const computeSchema = z.strictObject({
  instance_type: z.string().min(1).max(64).optional(),
  volume: volume.optional(),
}) satisfies z.ZodType<Compute>;
