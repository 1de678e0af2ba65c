// The emulator's time: stepped, scaled and real, and what comes due on it.

import { jest } from '@jest/globals';
import { AdjustableClock, realClock, steppedClock } from './clock.ts';

it('stands still until it is stepped, and runs what is due in order, each at its time', () => {
  const clock = steppedClock(1_000);
  const ran: [string, number][] = [];
  const note = (name: string) => () => void ran.push([name, clock.now()]);
  clock.schedule(1_300, note('third'));
  clock.schedule(1_100, () => {
    note('first')();
    clock.schedule(1_200, note('second'));
    clock.schedule(9_000, note('never'));
  });
  clock.schedule(1_300, note('fourth'));
  const cancel = clock.schedule(1_150, note('cancelled'));
  cancel();
  cancel();
  clock.advance(99);
  expect([ran, clock.now()]).toEqual([[], 1_099]);
  clock.advance(400);
  expect(ran).toEqual([
    ['first', 1_100],
    ['second', 1_200],
    ['third', 1_300],
    ['fourth', 1_300],
  ]);
  expect(clock.now()).toBe(1_499);
});

describe('in real time', () => {
  beforeEach(() => jest.useFakeTimers({ now: 5_000 }));
  afterEach(() => jest.useRealTimers());

  it('runs what is due when it is due, not before', () => {
    const clock = realClock();
    const task = jest.fn();
    clock.schedule(clock.now() + 100, task);
    jest.advanceTimersByTime(99);
    expect(task).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(task).toHaveBeenCalledTimes(1);
  });

  it('runs at once, but not within the call, what was due already', () => {
    const clock = realClock();
    const task = jest.fn();
    clock.schedule(clock.now() - 100, task);
    expect(task).not.toHaveBeenCalled();
    jest.advanceTimersByTime(0);
    expect(task).toHaveBeenCalledTimes(1);
  });

  it('is as many times faster as it is told, also in the middle', () => {
    const clock = new AdjustableClock({ factor: 60, nowMs: 0, realMs: Date.now() });
    const task = jest.fn();
    clock.schedule(60_000, task);
    jest.advanceTimersByTime(500);
    expect(clock.now()).toBe(30_000);
    clock.setFactor(1);
    jest.advanceTimersByTime(29_999);
    expect(task).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(task).toHaveBeenCalledTimes(1);
    clock.setFactor(0);
    jest.advanceTimersByTime(1_000);
    expect(clock.now()).toBe(60_000);
  });

  it('waits for what is due in months', () => {
    const clock = realClock();
    const task = jest.fn();
    const days = 86_400_000;
    clock.schedule(clock.now() + 60 * days, task);
    jest.advanceTimersByTime(59 * days);
    expect(task).not.toHaveBeenCalled();
    jest.advanceTimersByTime(days);
    expect(task).toHaveBeenCalledTimes(1);
  });

  it('goes on after a restart from where it was: by the time that passed, or from where it stood', () => {
    const running = new AdjustableClock({ factor: 2, nowMs: 0, realMs: Date.now() }).state;
    const standing = steppedClock(700).state;
    jest.advanceTimersByTime(100);
    const [a, b] = [realClock(), realClock()];
    a.restore(running);
    b.restore(standing);
    expect([a.now(), b.now()]).toEqual([200, 700]);
  });
});

it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('can not be stepped by %d, nor run so fast', (nonsense) => {
  expect(() => steppedClock().advance(nonsense)).toThrow(RangeError);
  expect(() => steppedClock().setFactor(nonsense)).toThrow(RangeError);
});
