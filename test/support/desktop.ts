// A workspace with a display as a test drives it: people by their tokens over HTTP, the agent by its machine's own sidecar.

import { type MachineRuntime } from '../../emulator/machines/runtime.ts';
import { inlineMachines } from '../../emulator/machines/inline.ts';
import type { DesktopActions } from '../../sidecar/actions.ts';
import type { DisplayControl } from '../../sidecar/control.ts';
import type { SidecarOptions } from '../../sidecar/sidecar.ts';
import type { Berth } from './berth.ts';

export type Agent = { readonly actions: DesktopActions; readonly control: DisplayControl };
export type Answer = { readonly status: number; readonly body: Record<string, unknown> };

/** Machines whose desktops a test acts on. @param how what stands in for their displays, between two looks for notices */
export function desktopMachines(how: Pick<SidecarOptions, 'openDisplay' | 'noticePollMs'> = {}) {
  const agents: Agent[] = [];
  const waiting = new Set<() => void>();
  const runtime: MachineRuntime = inlineMachines({
    ...how,
    onDesktop(actions, control) {
      agents.push({ actions, control });
      for (const wake of waiting) wake();
    },
  });
  return {
    runtime,
    /** Of the workspace's n-th machine, once it is there: a workspace may be seen online a moment before. */
    async agent(workspaceId: string, nth = 1): Promise<Agent> {
      for (;;) {
        const found = agents.filter(({ control }) => control.workspaceId === workspaceId)[nth - 1];
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            waiting.delete(wake);
            resolve();
          };
          waiting.add(wake);
        });
      }
    },
  };
}

/** It has control, and something in flight that ends when it is told to. */
export async function busy({ actions, control }: Agent) {
  const { fence } = (await control.acquire(300)) as { fence: number };
  actions.granted(fence);
  await actions.submit([{ kind: 'screenshot', run: async () => 'pixels' }]);
  const [begun, finish] = [gate(), gate()];
  const run = async (): Promise<void> => {
    begun.open();
    await finish.opened;
  };
  const outcome = actions.submit([{ kind: 'keyboard', run }]);
  await begun.opened;
  return { actions, control, fence, finish: finish.open, outcome };
}

export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

export function desktopsOf(berth: Berth) {
  const call = async (method: string, path: string, body?: unknown, token = berth.adminToken): Promise<Answer> => {
    const response = await fetch(`${berth.apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  return {
    call,
    /** Online, with a display. */
    async online(name: string, body: object = {}): Promise<string> {
      const compute = { display: { mode: 'desktop-control' } };
      const { id } = await berth.user.call<{ id: string }>('POST', '/workspaces', { name, compute, ...body });
      await berth.untilEvent(id, 'WORKSPACE_ONLINE');
      return id;
    },
    /** Another person's token. */
    async orgToken(name: string): Promise<string> {
      return String((await call('POST', '/org/tokens', { name })).body['token']);
    },
    control: (id: string, verb: string, body: object = {}, token?: string): Promise<Answer> =>
      call('POST', `/workspaces/${id}/display/control/${verb}`, body, token),
    async read(id: string, token?: string): Promise<Record<string, unknown>> {
      return (await call('GET', `/workspaces/${id}/display/control`, undefined, token)).body;
    },
    async audit(id: string, limit = 500): Promise<{ events: Record<string, unknown>[]; chain_valid: boolean }> {
      const { body } = await call('GET', `/workspaces/${id}/display/control/audit?limit=${limit}`);
      return body as { events: Record<string, unknown>[]; chain_valid: boolean };
    },
  };
}
