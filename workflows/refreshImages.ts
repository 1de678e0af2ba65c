// refreshImages: looks for newer images, boots a canary of each, and promotes what boots; started by its schedule (workers/schedules.ts).

import { isCancellation, log, setCurrentDetails } from '@temporalio/workflow';
import { bootCanary, endCanary } from './bootCanary.ts';
import { reasonOf } from './failure.ts';
import { imageActivities } from './policies.ts';

/** What came of each variant. One that can't be refreshed now keeps its image, and does not stop the others. */
export async function refreshImages(): Promise<string[]> {
  const { variants, leftovers } = await imageActivities.openRefresh.executeWithOptions(
    { summary: 'list variants, and what an earlier run left' },
    [],
  );
  for (const leftover of leftovers) await endCanary(leftover);
  const lines: string[] = [];
  for (const variant of variants) {
    setCurrentDetails([...lines, `**${variant}**`].join('\n'));
    lines.push(`${variant}: ${await refreshVariant(variant).catch(noted)}`);
  }
  setCurrentDetails(lines.join('\n'));
  return lines;
}

async function refreshVariant(variant: string): Promise<string> {
  const found = await imageActivities.findNewerImage.executeWithOptions({ summary: `newest ${variant}` }, [variant]);
  if (found.outcome === 'nothing') return found.because;
  const { trial } = found;
  const verdict = await bootCanary(trial);
  // Says nothing about the image: the next run tries it again.
  if (verdict.verdict === 'elsewhere') return `${trial.imageId} could not be tried: ${verdict.because}`;
  const because = verdict.verdict === 'failed' ? verdict.because : null;
  return imageActivities.settleCanary.executeWithOptions({ summary: `${variant}: ${verdict.verdict}` }, [
    trial,
    because,
  ]);
}

function noted(error: unknown): string {
  if (isCancellation(error)) throw error;
  const { message } = reasonOf(error);
  log.warn('a variant could not be refreshed', { message });
  return `could not be refreshed: ${message}`;
}
