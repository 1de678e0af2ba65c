// The time for a boot: an image's own, its variant's, or the usual one.

import { provisionTimeoutMs } from './provisionTimeout.ts';
import { readSettings } from './settings.ts';

const settings = readSettings({
  PROVISION_TIMEOUT_SECONDS: '600',
  IMAGE_PROVISION_TIMEOUTS: 'ubuntu/24.04/x86_64/gpu=1200, ami-0123=30',
});

it.each([
  ['ami-0123', 'ubuntu/24.04/x86_64/gpu', 30_000],
  ['ami-9', 'ubuntu/24.04/x86_64/gpu', 1_200_000],
  ['ami-9', 'ubuntu/24.04/x86_64', 600_000],
])('%s of %s has %d ms', (imageId, variant, ms) => expect(provisionTimeoutMs(settings, imageId, variant)).toBe(ms));

it.each(['ami-1', 'ami-1=', 'ami-1=0', 'ami-1=ten', '=10', 'ami-1=100000'])('%s is refused', (value) =>
  expect(() => readSettings({ IMAGE_PROVISION_TIMEOUTS: value })).toThrow('IMAGE_PROVISION_TIMEOUTS'),
);
