// The registry of errors, walked whole.

import { BerthError, ERRORS, type ErrorCode, errorMessage, errorNextStep } from './errors.ts';

describe.each(Object.entries(ERRORS))('%s', (code, entry) => {
  it('says what is wrong and what to do, under an HTTP status of an error', () => {
    expect(entry.status).toBeGreaterThanOrEqual(400);
    expect(entry.status).toBeLessThan(600);
    expect(entry.message.length).toBeGreaterThan(5);
    expect(entry.nextStep).toMatch(/\.$/);
  });

  it('has a code in capitals, but for the one that the canvas spells otherwise', () => {
    expect(code).toMatch(/^([A-Z][A-Z_]+|platform_unavailable)$/);
  });

  it('fills its sentences from the context', () => {
    const names = [...`${entry.message} ${entry.nextStep}`.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
    const context = Object.fromEntries(names.map((name) => [name, 'X']));
    expect(errorMessage(code as ErrorCode, context)).not.toContain('{');
    expect(errorNextStep(code as ErrorCode, context)).not.toContain('{');
  });
});

it('keeps the words that the canvas matches on', () => {
  expect(new BerthError('ADMIN_AUTH_REQUIRED').message).toBe('admin auth required');
  expect(new BerthError('ADMIN_AUTH_INVALID').message).toBe('invalid admin auth token');
  expect(new BerthError('WORKSPACE_AUTH_REQUIRED').message).toBe('missing workspace auth token');
  expect(new BerthError('WORKSPACE_AUTH_INVALID').message).toBe('invalid workspace auth token');
  expect(new BerthError('INVALID_WORKSPACE_ID').message).toBe('invalid workspace ID');
});

it('leaves a name that the context lacks visible, and joins lists', () => {
  expect(errorMessage('CAPACITY_EXHAUSTED', { tried: ['a', 'b'] })).toContain('a, b');
  expect(errorMessage('CAPACITY_EXHAUSTED', {})).toContain('{tried}');
});
