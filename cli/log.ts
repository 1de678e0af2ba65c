// The log of a process: JSON lines on stderr, with everything that could be a token cut out.

import pino from 'pino';
import type { Settings } from '../config/settings.ts';

const REDACTED = [
  'authorization',
  'token',
  'auth_token',
  'boot_credential',
  'UserData',
  'ticket',
  '*.authorization',
  '*.token',
  '*.UserData',
];

export const processLog = (name: string, settings: Pick<Settings, 'LOG_LEVEL'>): pino.Logger =>
  pino({ name, level: settings.LOG_LEVEL, redact: { paths: REDACTED, censor: '[redacted]' } }, pino.destination(2));
