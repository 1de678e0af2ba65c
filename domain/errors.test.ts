// The registry of errors, walked whole.

import { BerthError, ERRORS, type ErrorCode, errorMessage, errorNextStep, isErrorCode } from './errors.ts';

/** The canvas matches on these very words, so they are no sentences (facts/wire.md 1.2, 1.3). */
const CANVAS_WORDS: Partial<Record<ErrorCode, string>> = {
  ADMIN_AUTH_REQUIRED: 'admin auth required',
  ADMIN_AUTH_INVALID: 'invalid admin auth token',
  WORKSPACE_AUTH_REQUIRED: 'missing workspace auth token',
  WORKSPACE_AUTH_INVALID: 'invalid workspace auth token',
  INVALID_WORKSPACE_ID: 'invalid workspace ID',
  TENANT_UNKNOWN: 'not found',
  DISPLAY_NOT_ENABLED: 'display not enabled',
  DISPLAY_CONTROL_HELD: 'display control already held',
  DISPLAY_CONTROL_OTHER: 'display control held by another caller',
  DISPLAY_CONTROL_REQUIRED: 'display control required',
};
const CODES = Object.keys(ERRORS) as ErrorCode[];
const placeholders = (text: string): string[] => [...text.matchAll(/\{([^}]*)\}/g)].map((match) => match[1]!);

describe.each(CODES)('%s', (code) => {
  const entry = ERRORS[code];

  it('has the HTTP status of an error, and a code in capitals but for the one that the canvas spells otherwise', () => {
    expect(Number.isInteger(entry.status) && entry.status >= 400 && entry.status < 600).toBe(true);
    expect(code).toMatch(/^([A-Z][A-Z_]+|platform_unavailable)$/);
  });

  it("says what is wrong in a sentence or in the canvas's words, and what to do in a sentence", () => {
    const exact = CANVAS_WORDS[code];
    if (exact === undefined) expect(entry.message).toMatch(/^([A-Z]|compute\.).*(\.|\{aws_message\})$/);
    else expect(entry.message).toBe(exact);
    expect(entry.nextStep).toMatch(/^[A-Z].*\.$/);
  });

  it('names what fills it in snake_case, and one context fills the message and the next step', () => {
    const names = [...placeholders(entry.message), ...placeholders(entry.nextStep)];
    for (const name of names) expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
    const context = Object.fromEntries(names.map((name) => [name, `<${name}>`]));
    for (const [text, template] of [
      [errorMessage(code, context), entry.message],
      [errorNextStep(code, context), entry.nextStep],
    ] as const) {
      expect(text).not.toMatch(/[{}]/);
      for (const name of placeholders(template)) expect(text).toContain(`<${name}>`);
    }
  });

  it('is final where the request itself is wrong, and retryable where the platform did not answer', () => {
    const expected = [400, 401, 403, 404, 413, 422].includes(entry.status)
      ? false
      : [503, 504].includes(entry.status)
        ? true
        : entry.retryable;
    expect(entry.retryable).toBe(expected);
  });
});

it('no two codes say the same', () => {
  const messages = CODES.map((code) => ERRORS[code].message);
  expect(new Set(messages).size).toBe(messages.length);
});

it('leaves a name that the context lacks visible, joins lists, and writes any other value out', () => {
  expect(errorMessage('CAPACITY_EXHAUSTED', {})).toContain('{tried}');
  expect(errorMessage('CAPACITY_EXHAUSTED', { other: 1 })).toContain('{tried}');
  expect(errorMessage('CAPACITY_EXHAUSTED', { tried: ['a', 'b'] })).toContain('a, b');
  expect(errorMessage('BODY_TOO_LARGE', { limit_bytes: 0 })).toContain('larger than 0 bytes');
});

it('does not fill what a value brings along', () => {
  const context = { aws_code: '{aws_message}', aws_message: '$& {action}', action: 'x' };
  expect(errorMessage('AWS_REFUSED', context)).toBe('AWS refuses the parameters of x ({aws_message}): $& {action}');
});

it('a BerthError carries its code, context and cause, and says the sentence', () => {
  const cause = new Error('why');
  const error = new BerthError('WORKSPACE_REMOVED', { workspace_id: 'w' }, { cause });
  expect(error).toMatchObject({ code: 'WORKSPACE_REMOVED', context: { workspace_id: 'w' }, cause });
  expect(error.message).toBe('The workspace w was removed.');
});

it('knows its own codes and nothing else', () => {
  expect(CODES.every(isErrorCode)).toBe(true);
  for (const other of ['', 'toString', '__proto__', 'workspace_removed', null, undefined, 7]) {
    expect(isErrorCode(other)).toBe(false);
  }
});
