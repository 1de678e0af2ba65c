// The lane: no input goes on but under an answer that was asked for after it came.

import { INPUT_UNDER_WAY } from '../../domain/control-lock.ts';
import { keyEvent, pointerEvent } from '../../rfb/clientBytes.ts';
import { RfbViolation } from '../../rfb/violation.ts';
import { InputLane, type MayDrive } from './inputLane.ts';

/** A lane whose questions the test answers, in their order. */
function aLane() {
  const questions: ((answer: MayDrive) => void)[] = [];
  const sent: Uint8Array[] = [];
  const crowds: boolean[] = [];
  const failures: unknown[] = [];
  const way = { isClear: true, now: 1_000 };
  const lane = new InputLane({
    mayDrive: () => new Promise((resolve) => questions.push(resolve)),
    isClear: () => way.isClear,
    now: () => way.now,
    send: (bytes) => void sent.push(bytes),
    crowded: (isCrowded) => void crowds.push(isCrowded),
    failed: (error) => void failures.push(error),
  });
  const answer = async (what: MayDrive): Promise<void> => {
    questions.shift()!(what);
    await new Promise(setImmediate);
  };
  const press = (keysym: number, isDown = true): void => lane.take({ kind: 'key', isDown, keysym });
  return { lane, questions, sent, crowds, failures, way, answer, press };
}

it('passes what came before the question, and asks again for what came during it', async () => {
  const { questions, sent, answer, press } = aLane();
  press(1);
  press(2);
  expect(questions).toHaveLength(1);
  await answer('yes');
  expect(sent).toEqual([keyEvent(true, 1)]);
  await answer('yes');
  expect(sent).toEqual([keyEvent(true, 1), keyEvent(true, 2)]);
  expect(questions).toHaveLength(0);
});

it('an answer from before control was lost counts no more, and what was held is let go', async () => {
  const { lane, sent, answer, press } = aLane();
  press(1);
  lane.take({ kind: 'pointer', buttons: 1, x: 7, y: 8 });
  await answer('yes');
  await answer('yes');
  press(2);
  lane.close();
  const released = [pointerEvent(0, 7, 8), keyEvent(false, 1)];
  expect(sent.slice(2)).toEqual(released);
  await answer('yes');
  press(3);
  expect(sent.slice(2)).toEqual(released);
  expect(lane.isOpen).toBe(false);
});

it('is closed by the answer that control is lost', async () => {
  const { lane, questions, sent, answer, press } = aLane();
  press(1);
  await answer('yes');
  press(2);
  press(3);
  await answer('lost');
  expect(sent).toEqual([keyEvent(true, 1), keyEvent(false, 1)]);
  expect(lane.isOpen).toBe(false);
  expect(questions).toHaveLength(0);
});

it('drops input and lets go while nobody can be asked, and goes on afterwards', async () => {
  const { lane, sent, answer, press } = aLane();
  press(1);
  await answer('yes');
  press(2);
  await answer('unknown');
  expect(sent).toEqual([keyEvent(true, 1), keyEvent(false, 1)]);
  expect(lane.isOpen).toBe(true);
  press(3);
  await answer('yes');
  expect(sent.at(-1)).toEqual(keyEvent(true, 3));
});

it('an answer that was long under way says nothing about now: it is asked for again, and not for ever', async () => {
  const { questions, sent, way, answer, press } = aLane();
  press(1);
  way.now += INPUT_UNDER_WAY.goodMs;
  await answer('yes');
  expect(sent).toEqual([]);
  expect(questions).toHaveLength(1);
  await answer('yes');
  expect(sent).toEqual([keyEvent(true, 1)]);
  press(2);
  while (questions.length > 0) {
    way.now += INPUT_UNDER_WAY.goodMs;
    await answer('yes');
  }
  expect(sent.slice(1)).toEqual([keyEvent(false, 1)]);
});

it('drops input that would wait behind other bytes, and lets go', async () => {
  const { sent, way, answer, press } = aLane();
  press(1);
  await answer('yes');
  way.isClear = false;
  press(2);
  await answer('yes');
  expect(sent.slice(1)).toEqual([keyEvent(false, 1)]);
});

it('stops reading where more waits than anybody types, until there is room again', async () => {
  const { crowds, answer, press } = aLane();
  for (let turn = 0; turn < 600; turn++) press(4, false);
  expect(crowds).toEqual([true]);
  await answer('yes');
  expect(crowds).toEqual([true]);
  await answer('yes');
  expect(crowds).toEqual([true, false]);
});

it('tells of a keyboard that is none', async () => {
  const { failures, answer, press } = aLane();
  press(0);
  for (let keysym = 1; keysym < 300; keysym++) press(keysym);
  await answer('yes');
  await answer('yes');
  expect(failures).toEqual([expect.any(RfbViolation)]);
});
