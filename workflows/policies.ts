// Timeouts and retries of the activities, each with the failure that it answers.

import {
  type ActivityOptions,
  type LocalActivityOptions,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';

/** Every activity looks before it acts and goes on until it is done; what ends it early is the operation's own deadline. */
const untilDone = { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '10s' } as const;

/**
 * Activities beat every few seconds (workers/heartbeats.ts), so a worker that was killed is noticed after this long, not only
 * after the whole startToClose.
 */
const NOTICE_LOST_WORKER = '10s';

/** Reads and records: a query takes milliseconds; a minute covers Postgres failing over while one hangs. */
const record: ActivityOptions = { startToCloseTimeout: '60s', heartbeatTimeout: NOTICE_LOST_WORKER, retry: untilDone };

/** One AWS call of at most 30 s (activities/ec2/clients.ts), up to three times, with its records before and after. */
const call: ActivityOptions = { startToCloseTimeout: '120s', heartbeatTimeout: NOTICE_LOST_WORKER, retry: untilDone };

/** Launch: one attempt of the SDK per try; Temporal retries with the same token, so a lost answer is found again (facts/ec2.md 1.1). */
const launch: ActivityOptions = {
  startToCloseTimeout: '60s',
  heartbeatTimeout: NOTICE_LOST_WORKER,
  // RunInstances has the smallest bucket of all, 5 with 2 a second (facts/ec2.md 4).
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '30s' },
};

/**
 * No trip through the server (localFirst.ts). Given up quickly, the wait for a slot included, as it holds the workflow task meanwhile:
 * a task reports to the server after 8 s, and may have some of these one after the other.
 */
const now: LocalActivityOptions = {
  scheduleToCloseTimeout: '2s',
  retry: { initialInterval: '100ms', maximumAttempts: 2 },
};

/** A few dozen calls one after the other; a list that can't be read now is read at the next turn. */
const priceList: ActivityOptions = {
  startToCloseTimeout: '10m',
  heartbeatTimeout: NOTICE_LOST_WORKER,
  retry: { initialInterval: '5s', backoffCoefficient: 2, maximumInterval: '2m', maximumAttempts: 6 },
};

/** A few pages of everything that there is; what could not be read is read at the next turn. */
const look: ActivityOptions = {
  startToCloseTimeout: '10m',
  heartbeatTimeout: NOTICE_LOST_WORKER,
  retry: { initialInterval: '5s', backoffCoefficient: 2, maximumInterval: '1m', maximumAttempts: 5 },
};

export const reaperActivities = proxyActivities<Pick<Activities, 'findOrphans' | 'endOrphans' | 'takeUpLost'>>(look);
export const pricingActivities = proxyActivities<Pick<Activities, 'refreshPrices' | 'refreshSpotPrices'>>(priceList);
export const recordActivities =
  proxyActivities<
    Pick<
      Activities,
      | 'publishWorkspace'
      | 'readTimeouts'
      | 'listHoldings'
      | 'releaseReservation'
      | 'reserveStorage'
      | 'closeGeneration'
      | 'expectHome'
      | 'orderMachine'
      | 'withdrawMachineOrder'
      | 'keepRestorePoints'
      | 'watchMachine'
      | 'afterMachine'
      | 'claimIdle'
      | 'dueCheckpoints'
      | 'priceTarget'
      | 'openControl'
      | 'writeControl'
      | 'recordRefusedTakeover'
      | 'revokeDisplay'
    >
  >(record);
export const callActivities =
  proxyActivities<
    Pick<
      Activities,
      | 'planLaunch'
      | 'createHome'
      | 'attachHome'
      | 'detachHome'
      | 'resizeHome'
      | 'takeRestorePoint'
      | 'deleteRestorePoints'
      | 'expireRestorePoints'
      | 'stopMachine'
      | 'rebootMachine'
      | 'terminateMachine'
      | 'deleteHomes'
      | 'requestQuotaIncrease'
      | 'followQuotaIncrease'
    >
  >(call);
/** As any call. A canary's boot and end are waited for by retries that the activity times itself; the deadline is the workflow's. */
export const imageActivities =
  proxyActivities<Pick<Activities, 'openRefresh' | 'findNewerImage' | 'checkCanary' | 'endCanary' | 'settleCanary'>>(
    call,
  );
export const launchActivities =
  proxyActivities<Pick<Activities, 'launchMachine' | 'launchCanary' | 'startMachine'>>(launch);
export const localActivities =
  proxyLocalActivities<Pick<Activities, 'publishWorkspace' | 'openControl' | 'writeControl' | 'readTimeouts'>>(now);
