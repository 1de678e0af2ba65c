// The workflows that a worker serves; the exported names are their type names.

export { destroy } from './destroy.ts';
export { refreshImages } from './refreshImages.ts';
export { refreshPrices } from './refreshPrices.ts';
export { provision } from './provision.ts';
export { workspace } from './workspace.ts';
