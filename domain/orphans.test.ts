// Who owns what AWS has with our tags: the table of all that can be met.

import { judge, type Keeper, type Origin, type Seen } from './orphans.ts';

const seen = (more: Partial<Seen> = {}): Seen => ({
  kind: 'instance',
  id: 'x-1',
  workspaceId: 'w',
  attachedTo: null,
  ...more,
});
const keeper = (more: Partial<Keeper> = {}): Keeper => ({
  isGone: false,
  isBusy: false,
  instanceId: 'x-2',
  homeVolumeId: 'x-2',
  ...more,
});
const launch = { of: 'launch', isOver: false } as const;
const home = { of: 'home', isOver: false, isSaved: false } as const;
const point = { of: 'restore-point', isOver: false, isOther: false } as const;
const mine = keeper({ instanceId: 'x-1', homeVolumeId: 'x-1' });
const gone = keeper({ isGone: true, instanceId: null, homeVolumeId: null });

it.each<[string, Origin | undefined, Keeper | undefined]>([
  ['the machine of a workspace', launch, mine],
  ['the machine of an operation that is under way', launch, keeper({ isBusy: true })],
  ['a canary that is being tried', { of: 'canary', isOver: false }, undefined],
  ['the home of a workspace', home, mine],
  ['a home that is being moved', home, keeper({ isBusy: true })],
  ['a restore point', point, mine],
  ['a restore point of a workspace that is gone, while it is kept', point, gone],
  ['the root of a machine that is being made', { of: 'root', isOver: false }, mine],
])('%s is owned', (_, origin, who) => {
  expect(judge(seen(), origin, who)).toBeNull();
});

it.each<[string, Origin | undefined, Keeper | undefined, string, boolean]>([
  ['what the records do not know', undefined, mine, 'unknown to the records', false],
  ['of a workspace that they do not know either', undefined, undefined, 'unknown to the records', false],
  [
    'a machine that has ended in the records',
    { ...launch, isOver: true },
    mine,
    'the records say that it has ended',
    true,
  ],
  ['a machine that was replaced', launch, keeper(), 'another one has taken its place', true],
  ['a machine of a workspace that is gone', launch, gone, 'its workspace is gone', true],
  ['a machine whose workspace was lost from the records', launch, undefined, 'its workspace is gone', false],
  ['a canary that is over', { of: 'canary', isOver: true }, undefined, 'the records say that it has ended', true],
  ['a root that its machine has left', { of: 'root', isOver: true }, keeper(), 'no machine has it', true],
  ['an earlier home that is in no restore point', home, keeper(), 'another one has taken its place', false],
  ['an earlier home that is in one', { ...home, isSaved: true }, keeper(), 'another one has taken its place', true],
  ['a home of a workspace that is gone, saved', { ...home, isSaved: true }, gone, 'its workspace is gone', true],
  ['the same, not saved', home, gone, 'its workspace is gone', false],
  ['the same, and the workspace is unknown', { ...home, isSaved: true }, undefined, 'its workspace is gone', false],
  [
    'a snapshot whose restore point was deleted',
    { ...point, isOver: true },
    mine,
    'the records say that it has ended',
    true,
  ],
  ['a second snapshot of a restore point', { ...point, isOther: true }, mine, 'another one is the restore point', true],
])('%s is nobody’s', (_, origin, who, why, mayEnd) => {
  expect(judge(seen(), origin, who)).toEqual({ why, mayEnd });
});

it('a volume that a machine has is that machine’s', () => {
  expect(judge(seen({ kind: 'volume', attachedTo: 'i-1' }), undefined, undefined)).toBeNull();
});
