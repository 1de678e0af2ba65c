// An agent and three people hammer the control of four displays, on the real server and Postgres, and act whenever they have it: nothing
// is taken by a machine, of the agent's or of a person's hand, under a fence that somebody else's grant has made old.

import fc from 'fast-check';
import type { WorkspaceId } from '../../domain/ids.ts';
import { type AuditLine, newestAudit } from '../../store/controlAudit.ts';
import { connect, type Database } from '../../store/pool.ts';
import { type Berth, startBerth } from '../support/berth.ts';
import { type StartDisplay, startDisplay } from '../../sidecar/display/display.ts';
import { type Agent, desktopMachines, desktopsOf } from '../support/desktop.ts';
import { DISPLAY_SETTINGS, ticketOf, viewersOf } from '../support/viewer.ts';

const WORKSPACES = 4;
const REQUESTS = 2_000;
const SEED = Number(process.env['CHAOS_SEED'] ?? 20_261_124);
/** Of each workspace: two people with org tokens and an admin, each with a share of the requests; the agent acts until they end. */
const PEOPLE = 3;

/** At the machine: what it began or took, under the fence of which grant. */
type Taken = { readonly fence: number; readonly at: number };
/** A hand says by its keys under which fence it was let in. */
const KEYSYM = 0x0100_0000;
/** Of actions and of keys, on each of the desktops. */
const ENOUGH = 20;
/** Tells the workspaces' machines apart. */
const WIDTH = 800;

let berth: Berth;
let db: Database;
let on: ReturnType<typeof desktopsOf>;
let viewers: ReturnType<typeof viewersOf>;
const typed: Taken[][] = Array.from({ length: WORKSPACES }, () => []);
const openDisplay: StartDisplay = async (options) => {
  const display = await startDisplay(options);
  const take = display.screen.take.bind(display.screen);
  display.screen.take = (input) => {
    if (input.kind === 'key' && input.isDown)
      typed[options.width - WIDTH]!.push({ fence: input.keysym - KEYSYM, at: Date.now() });
    take(input);
  };
  return display;
};
const machines = desktopMachines({ openDisplay });
beforeAll(async () => {
  const settings = { ...DISPLAY_SETTINGS, TAKEOVER_GRACE_MS: '100', DISPLAY_VIEWERS_MAX: '60' };
  berth = await startBerth({ settings, emulator: { machines: machines.runtime } });
  db = connect(berth.databaseUrl);
  on = desktopsOf(berth);
  viewers = viewersOf(berth, on.call);
});
afterAll(async () => {
  await db.end();
  await berth.stop();
});

const requests = fc.record({
  verb: fc.oneof(
    { weight: 5, arbitrary: fc.constant('release') },
    { weight: 3, arbitrary: fc.constantFrom('acquire', 'takeover') },
    { weight: 1, arbitrary: fc.constant('renew') },
    { weight: 2, arbitrary: fc.constantFrom('pause', 'resume', 'resume') },
  ),
  isForced: fc.nat(9).map((value) => value === 0),
  thenMs: fc.nat(20),
  types: fc.nat(3).map((value) => value === 0),
});

/** Long enough to go on after control is lost. */
const HAND_MS = 300;

/** Acts whenever it may, in batches; each action notes in `begun` when it began, and under which fence. */
async function act({ actions, control }: Agent, begun: Taken[], hasEnded: () => boolean): Promise<void> {
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
}

/** Types as fast as it can once it is let in, and goes on for a while however control goes meanwhile. */
async function type(id: string, token: string): Promise<void> {
  const { status, body } = await viewers.mint(id, 'control', token);
  // Lost again before it was asked for.
  if (status !== 200) return expect(body['code']).toBe('DISPLAY_CONTROL_REQUIRED');
  const { client, socket } = await viewers.enter(id, ticketOf(body));
  for (const until = performance.now() + HAND_MS; performance.now() < until; await ms(1))
    for (const isDown of [true, false]) client.key(isDown, KEYSYM + Number(body['fence']));
  socket.terminate();
}

it(`2,000 requests of people against a busy agent: no machine takes anything under an old fence, and the audit is whole (CHAOS_SEED=${SEED})`, async () => {
  const others = await Promise.all(['a', 'b'].map((name) => on.orgToken(name)));
  const refused: Record<string, number> = {};
  const desks = [];
  for (let index = 0; index < WORKSPACES; index++) {
    const compute = { display: { mode: 'desktop-control', width: WIDTH + index, height: 600 } };
    const id = await on.online(`hammered ${index}`, { compute });
    await viewers.untilReady(id);
    desks.push({ id, agent: await machines.agent(id) });
  }
  const all = await Promise.all(
    desks.map(async ({ id, agent }, index) => {
      let hasEnded = false;
      const begun: Taken[] = [];
      const acting = act(agent, begun, () => hasEnded);
      const hands: Promise<void>[] = [];
      const share = REQUESTS / WORKSPACES / PEOPLE;
      const people = [berth.adminToken, ...others].map(async (token, person) => {
        const script = fc.sample(requests, { numRuns: Math.ceil(share), seed: SEED + index * PEOPLE + person });
        // Over again until the agent and they have had their share: how often each comes to it depends on the machine.
        const hasEnough = (): boolean => Math.min(begun.length, typed[index]!.length) > ENOUGH;
        for (let nth = 0; nth < script.length || !hasEnough(); nth++) {
          const { verb, isForced, thenMs, types } = script[nth % script.length]!;
          const mayForce = isForced && person === 0 && (verb === 'acquire' || verb === 'release');
          const { status, body } = await on.control(id, verb, mayForce ? { force: true } : {}, token);
          if (status >= 400) refused[String(body['code'])] = (refused[String(body['code'])] ?? 0) + 1;
          if (types && body['is_you'] === true) hands.push(type(id, token));
          await ms(thenMs);
        }
      });
      await Promise.all(people);
      await on.control(id, 'resume');
      hasEnded = true;
      await acting;
      await Promise.all(hands);
      return { id, begun, typed: typed[index]! };
    }),
  );
  // Each refusal is one of the rules', none is an accident.
  for (const code of Object.keys(refused)) expect(code).toMatch(/^DISPLAY_/);

  for (const { id, begun, typed: landed } of all) {
    expect((await on.audit(id, 1)).chain_valid).toBe(true);
    // All of it: an agent that is kept out asks on and on, and each refusal is a line.
    const lines = (await newestAudit(db, id as WorkspaceId, 1_000_000)).toReversed();
    // What the API refuses by itself names the fence that it has read, which may be older by then.
    const fences = lines.filter((line) => line.run_id !== null).map(({ fence }) => fence);
    expect(fences).toEqual(fences.toSorted((a, b) => a - b));
    const grants = lines.filter(
      ({ verb, stage }) => (verb === 'acquire' || verb === 'takeover') && stage === 'completed',
    );
    expect(new Set(grants.map(({ fence }) => fence)).size).toBe(grants.length);
    const isAgents = ({ actor }: AuditLine): boolean => actor.startsWith('workspace:');
    expect(begun.length).toBeGreaterThan(ENOUGH);
    expect(landed.length).toBeGreaterThan(ENOUGH);
    expect(grants.filter((grant) => !isAgents(grant)).length).toBeGreaterThan(5);
    expect(outOfTurn(begun, grants, isAgents)).toEqual([]);
    expect(outOfTurn(landed, grants, (grant) => !isAgents(grant))).toEqual([]);
  }
}, 300_000);

/** What was taken before it was granted, or after something later was: Postgres says when, by the clock of this very machine. */
function outOfTurn(taken: readonly Taken[], grants: readonly AuditLine[], isTheirs: (grant: AuditLine) => boolean) {
  const times = grants.map((grant) => ({ fence: grant.fence, at: grant.at.getTime(), isTheirs: isTheirs(grant) }));
  return taken.flatMap((action) => {
    const own = times.find(({ fence }) => fence === action.fence);
    if (own === undefined || !own.isTheirs || own.at > action.at)
      return [{ action, why: 'under no grant', grant: own }];
    const later = times.find(({ fence, at }) => fence > action.fence && at < action.at);
    return later === undefined ? [] : [{ action, why: 'after a later grant', grant: later }];
  });
}

const ms = (duration: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, duration));
