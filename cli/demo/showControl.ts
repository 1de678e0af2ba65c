// Two people at one desktop: the one who has control, and the one who is told that somebody has.

import { canvas, type Canvas } from './canvas.ts';

type Control = { readonly controller: string; readonly fence: number };

export async function showControl(
  apiUrl: string,
  user: Canvas,
  id: string,
  line: (text: string) => void,
): Promise<void> {
  const path = `/workspaces/${id}/display/control`;
  const taken = await user.call<Control>('POST', `${path}/acquire`);
  line(`control        ${taken.controller}, fence ${taken.fence}`);
  const { token } = await user.call<{ token: string }>('POST', '/org/tokens', { name: 'demo' });
  const other = canvas(apiUrl, token);
  line(`somebody else  ${await refusalOf(() => other.call('POST', `${path}/acquire`))}`);
  const left = await user.call<Control>('POST', `${path}/release`);
  line(
    `released       ${left.controller} has control, fence ${left.fence}: what is sent under ${taken.fence} opens nothing`,
  );
}

async function refusalOf(ask: () => Promise<unknown>): Promise<string> {
  try {
    await ask();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('two people have control of one display');
}
