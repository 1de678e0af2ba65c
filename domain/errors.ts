// The one registry of errors: code, HTTP status, whether a retry can help, what it says and what to do (design, section 7).

import { AWS_ERRORS } from './errors/aws.ts';
import { COMPUTE_ERRORS } from './errors/compute.ts';
import { DISPLAY_ERRORS } from './errors/display.ts';
import { MACHINE_ERRORS } from './errors/machine.ts';
import { PLATFORM_ERRORS } from './errors/platform.ts';
import { REQUEST_ERRORS } from './errors/request.ts';
import { WEBHOOK_ERRORS } from './errors/webhooks.ts';
import { WORKSPACE_ERRORS } from './errors/workspace.ts';

export const ERRORS = {
  ...REQUEST_ERRORS,
  ...WORKSPACE_ERRORS,
  ...COMPUTE_ERRORS,
  ...DISPLAY_ERRORS,
  ...MACHINE_ERRORS,
  ...WEBHOOK_ERRORS,
  ...AWS_ERRORS,
  ...PLATFORM_ERRORS,
};

export type ErrorCode = keyof typeof ERRORS;
export type ErrorContext = Readonly<Record<string, unknown>>;

/** An error of the registry with what fills its message. Wire context keys are snake_case. */
export class BerthError extends Error {
  override readonly name = 'BerthError';
  readonly code: ErrorCode;
  readonly context: ErrorContext;

  constructor(code: ErrorCode, context: ErrorContext = {}, options?: { cause?: unknown }) {
    super(errorMessage(code, context), options);
    this.code = code;
    this.context = context;
  }
}

/** The registry's sentence for `code`; a name that the context lacks stays visible in braces. */
export const errorMessage = (code: ErrorCode, context: ErrorContext): string => fill(ERRORS[code].message, context);

/** What the reader can do about `code`. */
export const errorNextStep = (code: ErrorCode, context: ErrorContext): string => fill(ERRORS[code].nextStep, context);

export const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && Object.hasOwn(ERRORS, value);

const fill = (template: string, context: ErrorContext): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = context[name];
    if (value === undefined) return whole;
    return Array.isArray(value) ? value.join(', ') : String(value);
  });
