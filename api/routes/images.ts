// /admin/images: what is launched for each variant, and an operator's say in it.

import { Hono } from 'hono';
import { changeImages, listImages, listVariants } from '../../store/images.ts';
import { adminAuth } from '../auth.ts';
import { readBody } from '../body.ts';
import type { ApiDependencies, ApiEnv } from '../context.ts';
import { presentVariant, rollbackSchema, variantSchema } from '../schemas/images.ts';

export function imageRoutes(deps: ApiDependencies) {
  const { db, commands, settings } = deps;
  const region = settings.AWS_REGION;
  const admin = adminAuth(deps);
  return new Hono<ApiEnv>()
    .get('/', admin, async (c) => c.json(await registry()))
    .post('/refresh', admin, async (c) => {
      await commands.refreshImages();
      return c.json({ status: 'refreshing' }, 202);
    })
    .post('/rollback', admin, async (c) => {
      const { variant, to } = await readBody(c, rollbackSchema);
      await changeImages(db, region, variant, { type: 'rolledBack', to });
      return c.json(await registry(variant));
    })
    .post('/resume', admin, async (c) => {
      const variant = await readBody(c, variantSchema);
      await changeImages(db, region, variant, { type: 'resumed' });
      return c.json(await registry(variant));
    });

  /** Of one variant, or of all. */
  async function registry(only?: string) {
    const [variants, images] = await Promise.all([listVariants(db, region), listImages(db, region)]);
    const shown = variants.filter(({ variant }) => only === undefined || variant === only);
    return { region, variants: shown.map((row) => presentVariant(row, images)) };
  }
}
