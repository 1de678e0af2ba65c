// `berth images`: an operator's view of the registry of images, and the commands on it, over the API.

import { readSettings } from '../config/settings.ts';
import { canvas } from './demo/canvas.ts';

type Image = { readonly image_id: string; readonly name: string; readonly browser_version: string | null };
type Variant = {
  readonly variant: string;
  readonly family: string;
  readonly version: string;
  readonly arch: string;
  readonly gpu: boolean;
  readonly desktop: boolean;
  readonly halted: { readonly since: string; readonly because: string } | null;
  readonly canary: Image | null;
  readonly current: Image | null;
  readonly previous: Image | null;
};
type Registry = { readonly variants: readonly Variant[] };

export async function runImages(action: string, name: string | undefined): Promise<void> {
  const settings = readSettings(process.env, ['ADMIN_TOKEN']);
  const api = canvas(settings.API_URL, settings.ADMIN_TOKEN);
  const list = () => api.call<Registry>('GET', '/admin/images');
  switch (action) {
    case 'list':
      return show(await list());
    case 'refresh':
      await api.call('POST', '/admin/images/refresh');
      return console.log('looking for newer images; "berth images" shows what comes of it');
    case 'rollback': {
      const variant = named(await list(), name);
      // With the aim said, an answer that was lost can be asked for again without going back once more.
      const to = variant.previous === null ? {} : { to: variant.previous.image_id };
      return show(await api.call<Registry>('POST', '/admin/images/rollback', { ...fieldsOf(variant), ...to }));
    }
    case 'resume':
      return show(await api.call<Registry>('POST', '/admin/images/resume', fieldsOf(named(await list(), name))));
    default:
      throw new Error(`"${action}" is none of list, refresh, rollback, resume`);
  }
}

function named({ variants }: Registry, name: string | undefined): Variant {
  const found = variants.find(({ variant }) => variant === name);
  if (found !== undefined) return found;
  throw new Error(`Name the variant; there are: ${variants.map(({ variant }) => variant).join(', ') || 'none yet'}`);
}

const fieldsOf = ({ family, version, arch, gpu, desktop }: Variant) => ({ family, version, arch, gpu, desktop });

function show({ variants }: Registry): void {
  if (variants.length === 0) console.log('no image is registered yet: the first launch or refresh does it');
  for (const variant of variants) {
    console.log(`${variant.variant}${variant.halted === null ? '' : `  HALTED: ${variant.halted.because}`}`);
    for (const status of ['canary', 'current', 'previous'] as const) {
      const image = variant[status];
      if (image === null) continue;
      const browser = image.browser_version === null ? '' : `  browser ${image.browser_version}`;
      console.log(`  ${status.padEnd(8)}  ${image.image_id}  ${image.name}${browser}`);
    }
  }
}
