// The registry of images by table and by random sequences: one is launched at any time, and a bad one never takes its place.

import fc from 'fast-check';
import {
  applyImageEvent,
  brokenImageInvariants,
  type ImageEvent,
  type ImageRecord,
  isNewer,
  NO_IMAGES,
  parseVariant,
  type VariantImages,
  variantName,
  withStatus,
} from './images.ts';

const image = (n: number, source = 'canonical/noble'): ImageRecord => ({
  imageId: `ami-${n}`,
  rootDevice: '/dev/sda1',
  digest: `digest ${n}`,
  owner: 'canonical',
  name: `noble ${n}`,
  source,
  browserVersion: null,
  createdAt: new Date(Date.UTC(2026, 0, n + 1)).toISOString(),
});
const adopted = (n: number): ImageEvent => ({ type: 'adopted', image: image(n) });
const found = (n: number): ImageEvent => ({ type: 'found', image: image(n) });
const promoted = (n: number): ImageEvent => ({ type: 'promoted', imageId: `ami-${n}` });
const rejected = (n: number): ImageEvent => ({ type: 'rejected', imageId: `ami-${n}`, reason: `${n} did not boot` });
const back = (to: number | null = null): ImageEvent => ({ type: 'rolledBack', to: to === null ? null : `ami-${to}` });
const resumed: ImageEvent = { type: 'resumed' };

function after(...events: readonly ImageEvent[]): VariantImages {
  return events.reduce((state, event) => {
    const next = applyImageEvent(state, event);
    if ('refused' in next) throw new Error(next.refused);
    return next;
  }, NO_IMAGES);
}
/** Canary, current, previous, and whether it is halted. */
const summary = (state: VariantImages): string =>
  [
    ...(['canary', 'current', 'previous'] as const).map((status) => withStatus(state, status)?.imageId.slice(4) ?? '-'),
    ...(state.halted === null ? [] : ['halted']),
  ].join(' ');

it.each<[string, readonly ImageEvent[], string]>([
  ['the first one is launched at once', [adopted(1)], '- 1 -'],
  ['a second first one changes nothing', [adopted(1), adopted(2)], '- 1 -'],
  ['a newer one is a canary first', [adopted(1), found(2)], '2 1 -'],
  ['one that is older is none', [adopted(2), found(1)], '- 2 -'],
  ['a still newer one takes the place of the canary', [adopted(1), found(2), found(3)], '3 1 -'],
  ['a canary that boots is launched from then on', [adopted(1), found(2), promoted(2)], '- 2 1'],
  ['told twice, it is so once', [adopted(1), found(2), promoted(2), promoted(2)], '- 2 1'],
  ['only two are kept', [adopted(1), found(2), promoted(2), found(3), promoted(3)], '- 3 2'],
  ['one that does not boot halts, and the old one stays', [adopted(1), found(2), rejected(2)], '- 1 - halted'],
  ['nothing is tried while halted', [adopted(1), found(2), rejected(2), found(3)], '- 1 - halted'],
  ['the verdict on an older canary is too late', [adopted(1), found(2), found(3), promoted(2), rejected(2)], '3 1 -'],
  ['resumed, it is tried again', [adopted(1), found(2), rejected(2), resumed, found(2)], '2 1 -'],
  ['a rollback swaps, and halts', [adopted(1), found(2), promoted(2), back()], '- 1 2 halted'],
  [
    'a rollback that is repeated with its aim is one',
    [adopted(1), found(2), promoted(2), back(1), back(1)],
    '- 1 2 halted',
  ],
  [
    'a rollback gives up the canary',
    [adopted(1), found(2), promoted(2), found(3), back(), promoted(3)],
    '- 1 2 halted',
  ],
  ['what was rolled back does not return', [adopted(1), found(2), promoted(2), back(), resumed, found(2)], '- 1 2'],
  ['what is newer than it does', [adopted(1), found(2), promoted(2), back(), resumed, found(3), promoted(3)], '- 3 1'],
])('%s', (_, events, expected) => {
  expect(summary(after(...events))).toBe(expected);
});

it('can not be rolled back where there is nothing before, or not to what is not the previous one', () => {
  expect(applyImageEvent(after(adopted(1)), back())).toMatchObject({ refused: 'IMAGE_NO_PREVIOUS' });
  for (const event of [back(), resumed]) {
    expect(applyImageEvent(NO_IMAGES, event)).toMatchObject({ refused: 'IMAGE_VARIANT_UNKNOWN' });
  }
  const state = after(adopted(1), found(2), promoted(2));
  expect(applyImageEvent(state, back(7))).toMatchObject({
    refused: 'IMAGE_NOT_PREVIOUS',
    context: { previous: 'ami-1' },
  });
});

it('another source is another line: what is older there is newer all the same', () => {
  expect(isNewer(after(adopted(5)), image(1))).toBe(false);
  expect(isNewer(after(adopted(5)), image(1, 'ours/golden-*'))).toBe(true);
});

it('a variant has one name, and the name says the variant', () => {
  const variant = { family: 'ubuntu', version: '24.04', arch: 'x86_64', gpu: true, desktop: true } as const;
  expect(variantName(variant)).toBe('ubuntu/24.04/x86_64/gpu/desktop');
  for (const gpu of [true, false]) {
    for (const desktop of [true, false]) {
      expect(parseVariant(variantName({ ...variant, gpu, desktop }))).toEqual({ ...variant, gpu, desktop });
    }
  }
  for (const other of [
    '',
    'ubuntu',
    'ubuntu/24.04',
    'ubuntu/24.04/mips',
    'ubuntu/24.04/x86_64/',
    'a/b/arm64/desktop/gpu',
  ])
    expect(parseVariant(other)).toBeNull();
});

it('whatever happens in whatever order, the rules hold, and only a promotion or an operator changes what is launched', () => {
  const anyEvent = fc.oneof(
    ...[adopted, found, promoted, rejected].map((make) => fc.nat(6).map(make)),
    fc.option(fc.nat(6)).map(back),
    fc.constant(resumed),
  );
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
      let state = NO_IMAGES;
      for (const event of events) {
        const next = applyImageEvent(state, event);
        if ('refused' in next) continue;
        expect(brokenImageInvariants(next)).toEqual([]);
        const [before, now] = [withStatus(state, 'current'), withStatus(next, 'current')];
        if (before !== null && before.imageId !== now?.imageId)
          expect(['promoted', 'rolledBack']).toContain(event.type);
        const again = applyImageEvent(next, event);
        if (event.type !== 'rolledBack') expect(again).toEqual(next);
        state = next;
      }
    }),
  );
});
