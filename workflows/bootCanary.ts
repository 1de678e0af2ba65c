// Boots a canary of a new image, in one zone after the other where there is no room, and always ends what it has launched.

import type { CanaryKey, CanaryTrial, CanaryVerdict } from '../domain/canary.ts';
import type { Candidate } from '../domain/machine.ts';
import { withDeadline } from './deadline.ts';
import { imageActivities, launchActivities } from './policies.ts';
import { Unwind } from './unwind.ts';

export async function bootCanary(trial: CanaryTrial): Promise<CanaryVerdict> {
  let verdict: CanaryVerdict = { verdict: 'elsewhere', because: 'no allowed instance type boots it' };
  for (const [index, candidate] of trial.candidates.entries()) {
    verdict = await tryIn(trial, candidate, index + 1);
    if (verdict.verdict !== 'elsewhere') break;
  }
  return verdict;
}

async function tryIn(trial: CanaryTrial, candidate: Candidate, attempt: number): Promise<CanaryVerdict> {
  const { runId, variant, imageId, timeoutMs } = trial;
  const key: CanaryKey = { runId, variant, attempt };
  const where = `${candidate.instanceType} in ${candidate.zone}`;
  const late = new Error(`it did not pass its status checks within ${timeoutMs / 1000} s`);
  const undo = new Unwind();
  undo.push('end canary', () => endCanary(key));
  try {
    const launch = await launchActivities.launchCanary.executeWithOptions(
      { summary: `launch ${imageId} as ${where}` },
      [{ key, trial, candidate }],
    );
    if (launch.verdict !== 'launched') return launch;
    const { instanceId } = launch;
    const untilBooted = () =>
      imageActivities.checkCanary.executeWithOptions({ summary: `${instanceId} boots` }, [key, instanceId]);
    return await withDeadline(timeoutMs, `canary timeout, ${timeoutMs / 1000} s`, untilBooted, () => late);
  } catch (error) {
    if (error !== late) throw error;
    return { verdict: 'failed', because: late.message };
  } finally {
    await undo.run();
  }
}

/** A launch that never happened counts as ended. */
export const endCanary = (key: CanaryKey): Promise<void> =>
  imageActivities.endCanary.executeWithOptions({ summary: `end canary ${key.attempt} of ${key.variant}` }, [key]);
