// The ids: what each of them takes, and that one spelling of a UUID is one id.

import { operationId, tenantId, workspaceId } from './ids.ts';

const uuid = '0b0e7f5e-9a5a-4d0e-8a39-5f6d2f6f3a11';

describe.each([
  ['workspaceId', workspaceId],
  ['operationId', operationId],
])('%s', (_, id) => {
  it('takes a UUID of any version, and has one spelling for it', () => {
    expect(id(uuid)).toBe(uuid);
    expect(id(uuid.toUpperCase())).toBe(uuid);
    expect(id('00000000-0000-0000-0000-000000000000')).toBe('00000000-0000-0000-0000-000000000000');
  });

  it.each([
    '',
    'x',
    uuid.slice(1),
    `${uuid}0`,
    `${uuid}\n`,
    ` ${uuid}`,
    `{${uuid}}`,
    uuid.replaceAll('-', ''),
    uuid.replace('b', 'g'),
  ])('refuses %j', (value) => {
    expect(id(value)).toBeNull();
  });
});

describe('tenantId', () => {
  it.each(['a', '7', 'default', 'acme-2', 'a'.repeat(64), uuid])('takes %s', (value) => {
    expect(tenantId(value)).toBe(value);
  });

  it.each(['', '-acme', 'Acme', 'a_b', 'a.b', 'a/b', 'ü', 'acme\n', 'a'.repeat(65)])('refuses %j', (value) => {
    expect(tenantId(value)).toBeNull();
  });
});
