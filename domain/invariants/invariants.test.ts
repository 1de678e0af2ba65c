// Each invariant of what was made, of homes and of who serves: it holds where all is well, and names what is not.

import { homeOutlivesMachine, launchMakesRootOnly, sameHome } from './home.ts';
import {
  type Made,
  nothingIsLeft,
  nothingWithoutOwner,
  oneLaunchPerToken,
  oneLiveMachine,
  twoMachinesAtMost,
} from './ledger.ts';
import { oneGenerationSpeaks, sameAnswer } from './service.ts';

const made = (kind: Made['kind'], id: string, more: Partial<Made> = {}): Made => ({
  kind,
  id,
  tags: {},
  clientToken: null,
  state: 'running',
  createdAt: '2026-01-01T00:00:00Z',
  endedAt: null,
  billable: true,
  ...more,
});
const HOME = { 'berth:volume': 'home' };
const machine = (id: string, from: number, to: number | null, more: Partial<Made> = {}) =>
  made('instance', id, {
    createdAt: `2026-01-01T00:00:0${from}Z`,
    endedAt: to === null ? null : `2026-01-01T00:00:0${to}Z`,
    ...more,
  });

it('two machines overlap while one takes over, three never', () => {
  expect(twoMachinesAtMost([machine('i-1', 0, 3), machine('i-2', 2, 6), machine('i-3', 4, null)])).toEqual([]);
  expect(twoMachinesAtMost([machine('i-1', 0, 5), machine('i-2', 2, 6), machine('i-3', 4, null)])).toEqual([
    'machines at once: i-1,i-2,i-3',
  ]);
});

it('a token launches once', () => {
  expect(oneLaunchPerToken([made('instance', 'i-1', { clientToken: 'a' }), made('instance', 'i-2')])).toEqual([]);
  const [one, two] = ['i-1', 'i-2'].map((id) => made('instance', id, { clientToken: 'a' }));
  expect(oneLaunchPerToken([one!, two!])).toEqual(['launches of one token: a']);
});

it('at rest the machine that is said to be there is the only one', () => {
  const ended = made('instance', 'i-1', { state: 'terminated' });
  expect(oneLiveMachine([ended, made('instance', 'i-2')], { machine: 'i-2' })).toEqual([]);
  expect(oneLiveMachine([ended], { machine: null })).toEqual([]);
  expect(oneLiveMachine([made('instance', 'i-1'), made('instance', 'i-2')], { machine: 'i-2' })).toEqual([
    'live machines: i-1,i-2, not i-2',
  ]);
  expect(oneLiveMachine([ended], { machine: 'i-2' })).toEqual(['live machines: none, not i-2']);
});

it('whatever costs money is a home, a root or a restore point of the workspace', () => {
  const owned = { machine: 'i-1', home: 'vol-1', snapshots: ['snap-2', 'snap-1'] };
  const all = [
    made('volume', 'vol-1', { tags: HOME }),
    made('volume', 'vol-2'),
    made('snapshot', 'snap-1'),
    made('snapshot', 'snap-2'),
  ];
  expect(nothingWithoutOwner(all, owned)).toEqual([]);
  expect(nothingWithoutOwner([...all, made('volume', 'vol-3', { tags: HOME })], owned)).toEqual([
    'homes: vol-1,vol-3, not vol-1',
  ]);
  expect(nothingWithoutOwner(all, { ...owned, machine: null })).toEqual(['root volumes: 1, not 0']);
  expect(nothingWithoutOwner(all.slice(0, 3), owned)).toEqual(['snapshots: snap-1, not snap-1,snap-2']);
  expect(nothingIsLeft([made('volume', 'vol-1', { billable: false })])).toEqual([]);
  expect(nothingIsLeft(all.slice(0, 1))).toEqual(['what costs money: vol-1, not none']);
});

it('a home is the same to the byte, and what was being written is whole or absent', () => {
  expect(sameHome({ a: '1', b: '2' }, { b: '2', a: '1' })).toEqual([]);
  expect(sameHome({ a: '1', b: '2' }, { a: 'x', c: '3' })).toEqual([
    'home: a is another',
    'home: b is lost',
    'home: c was not in it',
  ]);
  const unsettled = { log: ['', 'one', 'one two'] };
  expect(sameHome({ a: '1' }, { a: '1', log: 'one' }, unsettled)).toEqual([]);
  expect(sameHome({ a: '1' }, { a: '1' }, unsettled)).toEqual([]);
  expect(sameHome({ a: '1' }, { a: '1', log: 'on' }, unsettled)).toEqual(['home: log is torn']);
});

it('no volume but the root goes with a machine, and no launch makes another', () => {
  const mapping = (device: string, deleteOnTermination: boolean) => ({ device, volumeId: device, deleteOnTermination });
  expect(homeOutlivesMachine('/dev/sda1', [mapping('/dev/sda1', true), mapping('/dev/sdf', false)])).toEqual([]);
  expect(homeOutlivesMachine('/dev/sda1', [mapping('/dev/sda1', true), mapping('/dev/sdf', true)])).toEqual([
    'home that goes with its machine: /dev/sdf',
  ]);
  expect(launchMakesRootOnly([{ DeviceName: '/dev/sda1' }])).toEqual([]);
  expect(launchMakesRootOnly([{ DeviceName: '/dev/sda1' }, { DeviceName: '/dev/sdf' }])).toHaveLength(1);
});

it('one generation speaks, and an answer stays as it was', () => {
  expect(oneGenerationSpeaks([2], 2)).toEqual([]);
  expect(oneGenerationSpeaks([2, 1], 2)).toEqual(['generations that may speak: 1,2, not 2']);
  expect(oneGenerationSpeaks([], 2)).toEqual(['generations that may speak: none, not 2']);
  expect(sameAnswer('POST /x', { a: 1, b: [2] }, { b: [2], a: 1 })).toEqual([]);
  expect(sameAnswer('POST /x', { a: 1 }, { a: 2 })).toEqual(['answers: POST /x: {"a":2}']);
});
