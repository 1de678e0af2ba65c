// An agent and three people hammer the control of four displays, on the real server and Postgres: no action of the agent's begins
// under a fence that somebody else's grant has made old.

import fc from 'fast-check';
import { type Berth, startBerth } from '../support/berth.ts';
import { type Agent, desktopMachines, desktopsOf } from '../support/desktop.ts';

const WORKSPACES = 4;
const REQUESTS = 2_000;
const SEED = Number(process.env['CHAOS_SEED'] ?? 20_261_124);
/** Of each workspace: two people with org tokens and an admin, each with a share of the requests; the agent acts until they end. */
const PEOPLE = 3;

type Begun = { readonly fence: number; readonly at: number };
type Line = {
  readonly verb: string;
  readonly stage: string;
  readonly actor: string;
  readonly fence: number;
  readonly at: string;
  readonly run_id: string | null;
};

let berth: Berth;
let on: ReturnType<typeof desktopsOf>;
const machines = desktopMachines();
beforeAll(async () => {
  berth = await startBerth({ settings: { TAKEOVER_GRACE_MS: '100' }, emulator: { machines: machines.runtime } });
  on = desktopsOf(berth);
});
afterAll(() => berth.stop());

const requests = fc.record({
  verb: fc.oneof(
    { weight: 5, arbitrary: fc.constant('release') },
    { weight: 3, arbitrary: fc.constantFrom('acquire', 'takeover') },
    { weight: 1, arbitrary: fc.constant('renew') },
    { weight: 2, arbitrary: fc.constantFrom('pause', 'resume', 'resume') },
  ),
  isForced: fc.nat(9).map((value) => value === 0),
  thenMs: fc.nat(20),
});

/** Acts whenever it may, in batches; each action notes when it began, and under which fence. */
async function act({ actions, control }: Agent, hasEnded: () => boolean): Promise<Begun[]> {
  const begun: Begun[] = [];
  for (let turn = 0; !hasEnded(); turn++) {
    const acquired = await control.acquire(300);
    if ('refused' in acquired) {
      await ms(5);
      continue;
    }
    const { fence } = acquired;
    actions.granted(fence);
    const action = (kind: 'screenshot' | 'pointer', lastsMs: number) => ({
      kind,
      async run() {
        begun.push({ fence, at: Date.now() });
        await ms(lastsMs);
      },
    });
    await actions.submit([action('screenshot', 1), ...[0, 5, 20, 60].map((lastsMs) => action('pointer', lastsMs))]);
    if (turn % 5 === 0) expect(await control.release(actions, 1_000)).toBe(true);
  }
  return begun;
}

it('2,000 requests of people against a busy agent: no action begins under an old fence, and the audit is whole', async () => {
  const others = await Promise.all(['a', 'b'].map((name) => on.orgToken(name)));
  const refused: Record<string, number> = {};
  const results = [];
  for (let index = 0; index < WORKSPACES; index++) {
    const id = await on.online(`hammered ${index}`);
    results.push({ id, agent: await machines.agent(id) });
  }
  const all = await Promise.all(
    results.map(async ({ id, agent }, index) => {
      let hasEnded = false;
      const acting = act(agent, () => hasEnded);
      const share = REQUESTS / WORKSPACES / PEOPLE;
      const people = [berth.adminToken, ...others].map(async (token, person) => {
        const script = fc.sample(requests, { numRuns: Math.ceil(share), seed: SEED + index * PEOPLE + person });
        for (const { verb, isForced, thenMs } of script) {
          const mayForce = isForced && person === 0 && (verb === 'acquire' || verb === 'release');
          const { status, body } = await on.control(id, verb, mayForce ? { force: true } : {}, token);
          if (status >= 400) refused[String(body['code'])] = (refused[String(body['code'])] ?? 0) + 1;
          await ms(thenMs);
        }
      });
      await Promise.all(people);
      await on.control(id, 'resume');
      hasEnded = true;
      return { id, begun: await acting };
    }),
  );
  // Each refusal is one of the rules', none is an accident.
  for (const code of Object.keys(refused)) expect(code).toMatch(/^DISPLAY_/);

  for (const { id, begun } of all) {
    const { events, chain_valid } = await on.audit(id, 5_000);
    expect(chain_valid).toBe(true);
    const lines = (events as unknown as Line[]).slice().reverse();
    // What the API refuses by itself names the fence that it has read, which may be older by then.
    const fences = lines.filter((line) => line.run_id !== null).map(({ fence }) => fence);
    expect(fences).toEqual([...fences].sort((a, b) => a - b));
    const grants = lines.filter(
      ({ verb, stage }) => (verb === 'acquire' || verb === 'takeover') && stage === 'completed',
    );
    expect(new Set(grants.map(({ fence }) => fence)).size).toBe(grants.length);
    const toPeople = grants.filter(({ actor }) => !actor.startsWith('workspace:'));
    expect(begun.length).toBeGreaterThan(20);
    expect(toPeople.length).toBeGreaterThan(5);
    for (const { fence, at } of toPeople) {
      const late = begun.filter((action) => action.fence < fence && action.at > Date.parse(at));
      expect(late).toEqual([]);
    }
  }
}, 300_000);

const ms = (duration: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, duration));
