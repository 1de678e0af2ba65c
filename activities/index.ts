// All activities, made with what they need; workflows know them by this type alone.

import { launchMachine } from './ec2/launchMachine.ts';
import { planLaunch } from './ec2/planLaunch.ts';
import { terminateMachine } from './ec2/terminateMachine.ts';
import type { Dependencies } from './dependencies.ts';
import { withFailures } from './failure.ts';
import { attachHome } from './home/attachHome.ts';
import { createHome } from './home/createHome.ts';
import { deleteHomes } from './home/deleteHomes.ts';
import { checkCanary } from './images/checkCanary.ts';
import { endCanary } from './images/endCanary.ts';
import { findNewerImage } from './images/findNewerImage.ts';
import { launchCanary } from './images/launchCanary.ts';
import { openRefresh } from './images/openRefresh.ts';
import { settleCanary } from './images/settleCanary.ts';
import { listHoldings } from './records/listHoldings.ts';
import { refreshPrices } from './pricing/refreshPrices.ts';
import { releaseReservation } from './records/releaseReservation.ts';
import { publishWorkspace } from './records/publish.ts';

export const createActivities = (deps: Dependencies) => ({
  publishWorkspace: withFailures(publishWorkspace(deps)),
  listHoldings: withFailures(listHoldings(deps)),
  planLaunch: withFailures(planLaunch(deps)),
  launchMachine: withFailures(launchMachine(deps)),
  terminateMachine: withFailures(terminateMachine(deps)),
  createHome: withFailures(createHome(deps)),
  attachHome: withFailures(attachHome(deps)),
  refreshPrices: withFailures(refreshPrices(deps)),
  openRefresh: withFailures(openRefresh(deps)),
  findNewerImage: withFailures(findNewerImage(deps)),
  launchCanary: withFailures(launchCanary(deps)),
  checkCanary: withFailures(checkCanary(deps)),
  endCanary: withFailures(endCanary(deps)),
  settleCanary: withFailures(settleCanary(deps)),
  releaseReservation: withFailures(releaseReservation(deps)),
  deleteHomes: withFailures(deleteHomes(deps)),
});

export type Activities = ReturnType<typeof createActivities>;
