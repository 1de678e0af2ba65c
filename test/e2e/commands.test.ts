// The commands as a person runs them: the demo tells its story and leaves nothing, also when it is killed; dev can be driven.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runCommand, type RunningCommand } from '../support/command.ts';

const TWO_MINUTES_MS = 120_000;
/** Where the system shows no process's environment there is nothing to look at. */
const onLinux = process.platform === 'linux' ? it : it.skip;

const running: RunningCommand[] = [];
const run = async (command: string): Promise<RunningCommand> => {
  const started = await runCommand(command);
  running.push(started);
  return started;
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((command) => command.cleanUp()));
});

async function untilNothingRuns(command: RunningCommand): Promise<void> {
  for (let left = await command.processes(); left.length > 0; left = await command.processes()) await pause(100);
}

onLinux(
  'two demos side by side both tell the whole story, end with 0 and leave nothing',
  async () => {
    const demos = await Promise.all([run('demo'), run('demo')]);
    for (const demo of demos) {
      expect([await demo.exited, demo.output()]).toEqual([0, expect.any(String)]);
      for (const line of [
        'the EMULATOR',
        'gates          valid ✓  entitled ✓  priced ✓  authorised ✓  quota ✓',
        'price          $0.095872 an hour',
        'planned        t3.large, root 50 GiB, home 20 GiB, $0.095872 an hour',
        'launched       i-',
        'home attached  vol-',
        'ONLINE         registered from i-',
        'destroyed',
        'nothing of it still costs money',
        'Temporal UI    http://127.0.0.1:',
        'nothing is left running',
      ]) {
        expect(demo.output()).toContain(line);
      }
      expect(await demo.processes()).toEqual([]);
    }
  },
  TWO_MINUTES_MS,
);

onLinux(
  'a demo that is killed in the middle leaves no process behind',
  async () => {
    const demo = await run('demo');
    await demo.until(/launched {7}i-/);
    expect((await demo.processes()).length).toBeGreaterThan(4);
    demo.child.kill('SIGKILL');
    expect(await demo.exited).toBe('SIGKILL');
    await untilNothingRuns(demo);
  },
  TWO_MINUTES_MS,
);

onLinux(
  'a demo that is killed while its parts start leaves no process behind',
  async () => {
    const demo = await run('demo');
    await demo.until(/emulator +up|postgres +up|temporal +up/);
    demo.child.kill('SIGKILL');
    await demo.exited;
    await untilNothingRuns(demo);
  },
  TWO_MINUTES_MS,
);

onLinux(
  'dev says where everything is, can be driven by what it wrote, and Ctrl-C ends all of it',
  async () => {
    const dev = await run('dev');
    await dev.until(/export API=(\S+)/);
    const file = join(dev.dataDir, 'dev.json');
    const where = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
    const listed = await fetch(`${where['api_url']}/workspaces`, {
      headers: { authorization: `Bearer ${where['admin_token']}` },
    });
    expect(await listed.json()).toEqual([]);
    expect((await fetch(where['temporal_ui_url']!)).status).toBe(200);
    expect((await fetch(`${where['emulator_url']}/_emulator/leaks`)).status).toBe(200);
    dev.child.kill('SIGINT');
    expect(await dev.exited).toBe(0);
    expect(await dev.processes()).toEqual([]);
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  },
  TWO_MINUTES_MS,
);
