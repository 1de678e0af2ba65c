// All activities, made with what they need; workflows know them by this type alone.

import { launchMachine } from './ec2/launchMachine.ts';
import { planLaunch } from './ec2/planLaunch.ts';
import { priceTarget } from './ec2/priceTarget.ts';
import { rebootMachine, startMachine, stopMachine } from './ec2/changeState.ts';
import { terminateMachine } from './ec2/terminateMachine.ts';
import type { Dependencies } from './dependencies.ts';
import { withFailures } from './failure.ts';
import { attachHome } from './home/attachHome.ts';
import { createHome } from './home/createHome.ts';
import { deleteHomes } from './home/deleteHomes.ts';
import { deleteRestorePoints, expireRestorePoints, keepRestorePoints } from './home/deleteRestorePoints.ts';
import { detachHome } from './home/detachHome.ts';
import { resizeHome } from './home/resizeHome.ts';
import { takeRestorePoint } from './home/takeRestorePoint.ts';
import { orderMachine, withdrawMachineOrder } from './machine/orderMachine.ts';
import { openControl, recordRefusedTakeover, revokeDisplay, writeControl } from './records/controlLock.ts';
import { claimIdle } from './records/claimIdle.ts';
import { dueCheckpoints } from './records/dueCheckpoints.ts';
import { closeGeneration, expectHome } from './records/generations.ts';
import { afterMachine, watchMachine } from './records/lostMachine.ts';
import { reserveStorage } from './records/reserveStorage.ts';
import { takeUpLost } from './records/takeUp.ts';
import { readTimeouts } from './records/timeouts.ts';
import { checkCanary } from './images/checkCanary.ts';
import { endCanary } from './images/endCanary.ts';
import { findNewerImage } from './images/findNewerImage.ts';
import { launchCanary } from './images/launchCanary.ts';
import { openRefresh } from './images/openRefresh.ts';
import { settleCanary } from './images/settleCanary.ts';
import { endOrphans } from './orphans/endOrphans.ts';
import { findOrphans } from './orphans/findOrphans.ts';
import { listHoldings } from './records/listHoldings.ts';
import { followQuotaIncrease } from './quotas/followIncrease.ts';
import { requestQuotaIncrease } from './quotas/requestIncrease.ts';
import { refreshPrices } from './pricing/refreshPrices.ts';
import { refreshSpotPrices } from './pricing/refreshSpotPrices.ts';
import { releaseReservation } from './records/releaseReservation.ts';
import { publishWorkspace } from './records/publish.ts';

export const createActivities = (deps: Dependencies) => ({
  publishWorkspace: withFailures(publishWorkspace(deps)),
  listHoldings: withFailures(listHoldings(deps)),
  planLaunch: withFailures(planLaunch(deps)),
  priceTarget: withFailures(priceTarget(deps)),
  launchMachine: withFailures(launchMachine(deps)),
  terminateMachine: withFailures(terminateMachine(deps)),
  createHome: withFailures(createHome(deps)),
  attachHome: withFailures(attachHome(deps)),
  refreshPrices: withFailures(refreshPrices(deps)),
  requestQuotaIncrease: withFailures(requestQuotaIncrease(deps)),
  followQuotaIncrease: withFailures(followQuotaIncrease(deps)),
  refreshSpotPrices: withFailures(refreshSpotPrices(deps)),
  openRefresh: withFailures(openRefresh(deps)),
  findNewerImage: withFailures(findNewerImage(deps)),
  launchCanary: withFailures(launchCanary(deps)),
  checkCanary: withFailures(checkCanary(deps)),
  endCanary: withFailures(endCanary(deps)),
  settleCanary: withFailures(settleCanary(deps)),
  releaseReservation: withFailures(releaseReservation(deps)),
  deleteHomes: withFailures(deleteHomes(deps)),
  stopMachine: withFailures(stopMachine(deps)),
  startMachine: withFailures(startMachine(deps)),
  rebootMachine: withFailures(rebootMachine(deps)),
  deleteRestorePoints: withFailures(deleteRestorePoints(deps)),
  expireRestorePoints: withFailures(expireRestorePoints(deps)),
  keepRestorePoints: withFailures(keepRestorePoints(deps)),
  detachHome: withFailures(detachHome(deps)),
  resizeHome: withFailures(resizeHome(deps)),
  takeRestorePoint: withFailures(takeRestorePoint(deps)),
  orderMachine: withFailures(orderMachine(deps)),
  withdrawMachineOrder: withFailures(withdrawMachineOrder(deps)),
  closeGeneration: withFailures(closeGeneration(deps)),
  expectHome: withFailures(expectHome(deps)),
  watchMachine: withFailures(watchMachine(deps)),
  afterMachine: withFailures(afterMachine(deps)),
  claimIdle: withFailures(claimIdle(deps)),
  dueCheckpoints: withFailures(dueCheckpoints(deps)),
  reserveStorage: withFailures(reserveStorage(deps)),
  readTimeouts: withFailures(readTimeouts(deps)),
  openControl: withFailures(openControl(deps)),
  writeControl: withFailures(writeControl(deps)),
  recordRefusedTakeover: withFailures(recordRefusedTakeover(deps)),
  revokeDisplay: withFailures(revokeDisplay(deps)),
  takeUpLost: withFailures(takeUpLost(deps)),
  findOrphans: withFailures(findOrphans(deps)),
  endOrphans: withFailures(endOrphans(deps)),
});

export type Activities = ReturnType<typeof createActivities>;
