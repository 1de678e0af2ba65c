// The workflows that a worker serves; the exported names are their type names.

export { checkpoint } from './checkpoint.ts';
export { checkpointDue } from './checkpointDue.ts';
export { destroy } from './destroy.ts';
export { displayControl } from './displayControl.ts';
export { expireRestorePoints } from './expireRestorePoints.ts';
export { pause } from './pause.ts';
export { pauseIdle } from './pauseIdle.ts';
export { refreshImages } from './refreshImages.ts';
export { provision } from './provision.ts';
export { reapOrphans } from './reapOrphans.ts';
export { reconcile } from './reconcile.ts';
export { recover } from './recover.ts';
export { recreate } from './recreate.ts';
export { quotaIncrease } from './quotaIncrease.ts';
export { refreshPrices } from './refreshPrices.ts';
export { refreshSpotPrices } from './refreshSpotPrices.ts';
export { restart } from './restart.ts';
export { resume } from './resume.ts';
export { workspace } from './workspace.ts';
