// `berth demo`: the main job end to end, as the canvas sees it, on the real parts; ends with nothing left running.

import { describeAws, progressOn } from '../progress.ts';
import { awsTarget } from '../stack/aws.ts';
import { PartFailed } from '../stack/part.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { canvas, type Canvas, type StreamedEvent } from './canvas.ts';
import { narrate } from './narrate.ts';
import { showControl } from './showControl.ts';
import { showQuote } from './showQuote.ts';

/** A demo that shows nothing new for so long is broken. */
const PATIENCE_MS = 120_000;

export async function runDemo(): Promise<void> {
  const progress = progressOn(process.stdout);
  const aws = awsTarget(process.env);
  if (aws.kind === 'aws')
    throw new Error(
      'The demo launches a machine, and AWS credentials are set. Unset them, or use `npm run dev` to mean it.',
    );
  progress.title('Berth: one EC2 machine for one workspace, from nothing to online and back to nothing');
  progress.line(describeAws(aws));

  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => interrupted.abort(new Error('interrupted')));
  process.once('disconnect', () => interrupted.abort(new Error('interrupted')));
  const stack = await startStack({ onStep: progress.onStep });
  try {
    const broken = stack.broken.then((part) => {
      throw new PartFailed(`${part} ended unexpectedly; see ${stack.runFolder}/${part}.log`);
    });
    const stopped = new Promise<never>((_, reject) => {
      if (interrupted.signal.aborted) reject(interrupted.signal.reason);
      interrupted.signal.addEventListener('abort', () => reject(interrupted.signal.reason));
    });
    await Promise.race([show(stack, progress), broken, stopped]);
  } finally {
    await stack.stop();
  }
  progress.line('all parts stopped; nothing is left running');
  process.exit(0);
}

const NAME = 'demo workspace';

async function show(stack: Stack, progress: ReturnType<typeof progressOn>): Promise<void> {
  const user = canvas(stack.apiUrl, stack.adminToken);
  const display = { mode: 'desktop-control', width: 1280, height: 800 };
  const compute = { instance_type: 't3.large', volume: { root_gb: 50 }, display };
  progress.title('POST /compute/quote: nothing is launched');
  await showQuote(user, compute, (text) => progress.line(text));

  progress.title('POST /workspaces');
  const { id } = await user.call<{ id: string }>('POST', '/workspaces', { name: NAME, tier: 3, compute });
  progress.line(`workspace      ${id}`);

  const watching = new AbortController();
  const events = user.events(id, watching.signal);
  try {
    await follow(events, 'WORKSPACE_ONLINE', progress);
    progress.title(`GET /workspaces/${id}`);
    const read = await user.call<Record<string, unknown>>('GET', `/workspaces/${id}`);
    progress.line(
      JSON.stringify({
        status: read['status'],
        compute: read['compute'],
        machine: read['machine'],
        home: read['home'],
      }),
    );

    progress.title(`POST /workspaces/${id}/display/control/acquire: one person at the mouse`);
    await showControl(stack.apiUrl, user, id, (text) => progress.line(text));

    progress.title(`POST /workspaces/${id}/recreate: a larger machine, the same home`);
    const larger = { instance_type: 'm6i.xlarge', display, ...(stack.emulatorUrl === null ? {} : { market: 'spot' }) };
    if (stack.emulatorUrl !== null) await user.call('PUT', '/admin/tenants/default/entitlements', { spot: true });
    await user.call('POST', `/workspaces/${id}/recreate`, { compute: larger });
    const moved = await follow(events, 'WORKSPACE_ONLINE', progress);

    if (stack.emulatorUrl !== null) {
      progress.title('AWS takes the spot machine away, with a notice of five seconds');
      await takeAway(stack.emulatorUrl, String(moved.payload['instance_id']));
      await follow(events, 'WORKSPACE_ONLINE', progress);
    }

    progress.title(`DELETE /workspaces/${id}?purge=true: no restore point is kept`);
    const confirmed = { 'x-confirm-name': NAME };
    await user.call('DELETE', `/workspaces/${id}?purge=true`, undefined, confirmed);
    await follow(events, 'WORKSPACE_DESTROYED', progress);
  } finally {
    watching.abort();
  }
  await showLedger(stack, progress);
  await showWhere(stack, id, progress, user);
}

async function follow(
  events: ReturnType<Canvas['events']>,
  until: string,
  progress: ReturnType<typeof progressOn>,
): Promise<StreamedEvent> {
  for (;;) {
    const late = new Promise<never>((_, reject) =>
      setTimeout(() => reject(new Error(`nothing happened for ${PATIENCE_MS / 1000} s`)), PATIENCE_MS).unref(),
    );
    const next = await Promise.race([events.next(), late]);
    if (next.done) throw new Error('the stream of events ended early');
    progress.line(narrate(next.value));
    if (next.value.event === until) return next.value;
    if (next.value.event.endsWith('_FAILED')) throw new Error(String(next.value.payload['error']));
  }
}

/** Only the emulator does that when it is asked to. */
async function takeAway(emulatorUrl: string, instanceId: string): Promise<void> {
  // The one of the recreate is only seconds old, and AWS takes one of a volume in 15 seconds.
  await fetch(`${emulatorUrl}/_emulator/settings`, { method: 'PATCH', body: JSON.stringify({ snapshotRate: 'off' }) });
  const url = `${emulatorUrl}/_emulator/instances/${instanceId}/interrupt`;
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ notice_ms: 5_000 }) });
  if (!answer.ok) throw new Error(`the emulator answered ${answer.status} to an interruption`);
}

type Entries = { entries: { kind: string; id: string; detail: string; state: string; billable: boolean }[] };

async function showLedger(stack: Stack, progress: ReturnType<typeof progressOn>): Promise<void> {
  if (stack.emulatorUrl === null) return;
  progress.title("The emulator's ledger: everything that was ever made");
  const { entries } = (await (await fetch(`${stack.emulatorUrl}/_emulator/ledger`)).json()) as Entries;
  for (const entry of entries)
    progress.line(`${entry.kind.padEnd(9)} ${entry.id}  ${entry.detail.padEnd(12)} ${entry.state}`);
  const left = entries.filter((entry) => entry.billable);
  if (left.length > 0)
    throw new Error(`${left.length} of them still cost money: ${left.map((entry) => entry.id).join(', ')}`);
  progress.line('nothing of it still costs money');
}

async function showWhere(
  stack: Stack,
  id: string,
  progress: ReturnType<typeof progressOn>,
  user: Canvas,
): Promise<void> {
  const { status } = await user.call<{ status: string }>('GET', '/health');
  progress.title('Where it ran (`npm run dev` leaves it up)');
  progress.line(`API            ${stack.apiUrl} (${status})`);
  if (stack.temporalUiUrl !== null)
    progress.line(`Temporal UI    ${stack.temporalUiUrl}/namespaces/default/workflows/workspace%2F${id}`);
}
