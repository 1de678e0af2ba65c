// Hostile viewers at the display proxy, byte by byte: each is dropped or ended as it should be, the desktop sees nothing of it, and
// nothing stays held down.

import fc from 'fast-check';
import { keyEvent, pointerEvent, setEncodings, updateRequest } from '../../rfb/clientBytes.ts';
import { type Input } from '../../rfb/clientMessages.ts';
import type { Display } from '../../sidecar/display/display.ts';
import { type Berth, startBerth } from '../support/berth.ts';
import { desktopsOf } from '../support/desktop.ts';
import { closeCodeOf, type Frame, frameOf, rawViewer, type RawViewer, upgradeHeaders } from '../support/rawSocket.ts';
import { FRAME_VIOLATIONS, RFB_VIOLATIONS } from '../support/violations.ts';
import { DISPLAY_SETTINGS, displayMachines, ORIGIN, viewersOf } from '../support/viewer.ts';
import { until } from '../support/until.ts';

const SEED = Number(process.env['CHAOS_SEED'] ?? 20_261_127);
const RUNS = 60;
const machines = displayMachines();
let berth: Berth;
let on: ReturnType<typeof desktopsOf>;
let viewers: ReturnType<typeof viewersOf>;
let id: string;
let port: number;
let display: Display;
/** Everything that reached the desktop. */
let landed: Input[] = [];
beforeAll(async () => {
  berth = await startBerth({ settings: DISPLAY_SETTINGS, emulator: { machines: machines.runtime } });
  on = desktopsOf(berth);
  viewers = viewersOf(berth, on.call);
  id = await on.online('attacked', { compute: { display: { mode: 'desktop-control', width: 800, height: 600 } } });
  display = machines.newest();
  await viewers.untilReady(id);
  port = Number(new URL(berth.apiUrl).port);
  const take = display.screen.take.bind(display.screen);
  display.screen.take = (input) => {
    landed.push(input);
    take(input);
  };
});
afterAll(() => berth.stop());
beforeEach(() => {
  landed = [];
});
afterEach(async () => {
  await on.call('DELETE', `/workspaces/${id}/display/session`);
  expect((await on.call('GET', '/health')).status).toBe(200);
  await until(() => display.screen.heldKeys.length === 0 && display.screen.buttons === 0);
});

async function entered(role: 'view' | 'control'): Promise<RawViewer> {
  const headers = upgradeHeaders(ORIGIN, await viewers.ticket(id, role));
  return rawViewer(port, `/workspaces/${id}/display/session/websockify`, headers);
}

const down: Input = { kind: 'key', isDown: true, keysym: 0xffe1 };
const up: Input = { ...down, isDown: false };

it.each([
  ...FRAME_VIOLATIONS,
  ...RFB_VIOLATIONS.map(([name, payload]): [string, number, Frame] => [name, 1008, { payload }]),
])('%s ends it (%s), and what was held is let go', async (_, code, frame) => {
  await on.control(id, 'acquire');
  const raw = await entered('control');
  raw.say({ payload: keyEvent(true, down.keysym) });
  await until(() => landed.length === 1);
  raw.say(frame);
  raw.say({ payload: keyEvent(true, 0x62) });
  expect(closeCodeOf(await raw.ended)).toBe(code);
  await until(() => landed.length === 2);
  expect(landed).toEqual([down, up]);
});

it('what nobody may send is dropped, by the one who has control too, and what comes behind it is read right', async () => {
  await on.control(id, 'acquire');
  const raw = await entered('control');
  const dropped = [
    Uint8Array.of(6, 0, 0, 0, 0, 0, 0, 5, ...Buffer.from('paste')),
    Uint8Array.of(6, 0, 0, 0, 0xff, 0xff, 0xff, 0xfc, 1, 2, 3, 4),
    Uint8Array.of(250, 0, 1, 2),
    Uint8Array.of(251, 0, 1, 0, 1, 0, 1, 0, ...new Uint8Array(16)),
    Uint8Array.of(255, 0, 0, 1, 0, 0, 0, 97, 0, 0, 0, 30),
  ];
  for (const payload of dropped) raw.say({ payload });
  raw.say({ payload: keyEvent(true, 0xffe1) });
  await until(() => landed.length > 0);
  expect(landed).toEqual([down]);
  raw.socket.destroy();
});

it('control that is lost in the middle of a message is lost for that message', async () => {
  await on.control(id, 'acquire');
  const raw = await entered('control');
  const message = keyEvent(true, 0x61);
  raw.say({ payload: message.subarray(0, 5) });
  raw.say({ payload: message.subarray(5, 7), isFinal: false });
  await on.control(id, 'release');
  await on.control(id, 'acquire', {}, await on.orgToken('next'));
  raw.say({ opcode: 0, payload: message.subarray(7) });
  raw.say({ opcode: 9, payload: Buffer.from('still there') });
  await raw.until((heard) => heard.includes('still there'));
  expect(landed).toEqual([]);
  raw.socket.destroy();
  await on.control(id, 'release', { force: true });
});

it('a flood of frames ends it', async () => {
  const raw = await entered('view');
  const flood = Buffer.concat(Array.from({ length: 3_000 }, () => frameOf({ payload: Uint8Array.of(5) })));
  raw.socket.write(flood);
  expect(closeCodeOf(await raw.ended)).toBe(1008);
});

/** Messages that make sense, each with what of it may reach the desktop. */
const sense = fc.oneof(
  fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 40 })).map(([isDown, keysym]) => ({
    bytes: keyEvent(isDown, keysym),
    lands: [{ kind: 'key', isDown, keysym }] as Input[],
  })),
  fc.tuple(fc.nat(7), fc.nat(799), fc.nat(599)).map(([buttons, x, y]) => ({
    bytes: pointerEvent(buttons, x, y),
    lands: [{ kind: 'pointer', buttons, x, y }] as Input[],
  })),
  fc
    .constantFrom(
      updateRequest(true, { x: 0, y: 0, width: 800, height: 600 }),
      setEncodings([0, -316, 7, 4711]),
      Uint8Array.of(248, 0, 0, 0, 128, 0, 0, 1, 2, 7, 8),
      Uint8Array.of(6, 0, 0, 0, 0, 0, 0, 4, 4, 1, 0, 0),
      Uint8Array.of(250, 0, 1, 3),
    )
    .map((bytes) => ({ bytes, lands: [] as Input[] })),
);
const session = fc.record({
  role: fc.constantFrom('view' as const, 'control' as const),
  said: fc.array(sense, { maxLength: 25 }),
  /** Where the stream is cut, in bytes; a cut is the end of a frame, or of a piece of one. */
  cuts: fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.boolean()), { minLength: 1, maxLength: 20 }),
  ending: fc.oneof(
    fc.constant({ kind: 'leaves' as const }),
    fc
      .constantFrom(...RFB_VIOLATIONS.map(([, payload]) => payload))
      .map((payload) => ({ kind: 'rfb' as const, payload })),
    fc
      .constantFrom(...FRAME_VIOLATIONS.map(([, , frame]) => frame))
      .map((frame) => ({ kind: 'frame' as const, frame })),
    fc.uint8Array({ minLength: 1, maxLength: 40 }).map((noise) => ({ kind: 'noise' as const, noise })),
  ),
});

it(`${RUNS} random sessions, cut at random and ended by nonsense: what lands is what was said, in its order, and nothing else`, async () => {
  await on.control(id, 'acquire', { ttl_seconds: 3600 });
  await fc.assert(
    fc.asyncProperty(session, async ({ role, said, cuts, ending }) => {
      landed = [];
      const raw = await entered(role);
      const stream = Buffer.concat(said.map(({ bytes }) => bytes));
      let isWhole = true;
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const [size, endsFrame] = cuts[turn % cuts.length]!;
        const isLast = at + size >= stream.length;
        raw.say({
          payload: stream.subarray(at, at + size),
          opcode: isWhole ? 2 : 0,
          isFinal: endsFrame || isLast,
        });
        isWhole = endsFrame || isLast;
        at += size;
      }
      const expected = role === 'control' ? said.flatMap(({ lands }) => lands) : [];
      if (ending.kind === 'leaves') {
        await until(() => landed.length >= expected.length);
        raw.socket.destroy();
      } else if (ending.kind === 'noise') raw.socket.end(Buffer.from(ending.noise));
      else raw.say(ending.kind === 'rfb' ? { payload: ending.payload } : ending.frame);
      await raw.ended;
      await until(() => display.screen.heldKeys.length === 0 && display.screen.buttons === 0);
      // What waited for its answer is dropped; behind it comes what lets go.
      const shared = landed.findIndex((input, index) => JSON.stringify(input) !== JSON.stringify(expected[index]));
      const rest = shared < 0 ? [] : landed.slice(shared);
      for (const input of rest) expect(input).toMatchObject(input.kind === 'key' ? { isDown: false } : { buttons: 0 });
      if (ending.kind === 'leaves') expect(landed.slice(0, expected.length)).toEqual(expected);
      if (role === 'view') expect(landed).toEqual([]);
    }),
    { numRuns: RUNS, seed: SEED, endOnFailure: true },
  );
}, 180_000);
