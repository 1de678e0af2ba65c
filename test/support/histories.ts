// All that Temporal keeps of one Berth's workflows, with its payloads decoded, so that a test can look for what must not be there.

import type { Berth } from './berth.ts';

export type Kept = { readonly workflowId: string; readonly type: string; readonly text: string };

/** Every workflow of the task queues, until the server lists at least one of each of `types`: its list lags behind a little. */
export async function keptByTemporal(berth: Berth, types: readonly string[]): Promise<Kept[]> {
  const { workflow } = berth.temporal;
  const queue = berth.env['TASK_QUEUE']!;
  const query = `TaskQueue = "${queue}" OR TaskQueue = "${queue}/checkpoint"`;
  for (;;) {
    const kept: Kept[] = [];
    for await (const info of workflow.list({ query })) {
      const handle = workflow.getHandle(info.workflowId, info.runId);
      const [history, about] = await Promise.all([handle.fetchHistory(), handle.describe()]);
      kept.push({ workflowId: info.workflowId, type: info.type, text: textOf([history, about.raw]) });
    }
    if (types.every((type) => kept.some((one) => one.type === type))) return kept;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Everything in it as text, bytes as the text that they are: arguments, results, failures, memos, headers, summaries. */
function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (Array.isArray(value)) return value.map(textOf).join('\n');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, part]) => `${name}: ${textOf(part)}`)
      .join('\n');
  }
  return String(value);
}
