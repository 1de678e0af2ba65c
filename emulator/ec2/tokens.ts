// ClientTokens: the same token with the same parameters is the same resource, with others it is refused (facts/ec2.md 1.1).

import type { Clock } from '../clock.ts';
import { AwsError, invalidValue } from '../protocols/awsError.ts';

/** AWS once said "at least 24 hours after the instance is terminated" and says nothing now (facts/ec2.md 1.1). */
const REMEMBERED_AFTER_END_MS = 24 * 3_600_000;

export type TokenStore<T> = {
  /**
   * What the token made before, or what `make` makes now. The parameters bind the token from the first try on, even if
   * `make` throws: "burned by a failed launch too". `endedAtMs` says when what it made had ended, null = it lives.
   */
  once(use: TokenUse, make: () => T, endedAtMs: (made: T) => number | null): T;
};

export type TokenUse = {
  readonly token: string;
  /** A zone for a zonal token, the region's name for a regional one: the same token elsewhere is another one. */
  readonly scope: string;
  readonly parameters: ReadonlyMap<string, string>;
};

export function tokenStore<T>(clock: Clock): TokenStore<T> {
  const uses = new Map<string, { readonly fingerprint: string; made: T | undefined }>();
  return {
    once({ token, scope, parameters }, make, endedAtMs) {
      checkToken(token);
      const key = `${scope}/${token}`;
      const fingerprint = fingerprintOf(parameters);
      let use = uses.get(key);
      const endedAt = use?.made === undefined ? null : endedAtMs(use.made);
      if (endedAt !== null && clock.now() - endedAt > REMEMBERED_AFTER_END_MS) use = undefined;
      if (use !== undefined && use.fingerprint !== fingerprint) throw mismatch(token);
      if (use?.made !== undefined) return use.made;
      const fresh = use ?? { fingerprint, made: undefined };
      uses.set(key, fresh);
      fresh.made = make();
      return fresh.made;
    },
  };
}

function checkToken(token: string): void {
  if (token.length > 64 || !/^[\x21-\x7e]+$/.test(token)) {
    throw invalidValue('ClientToken', token, 'It must be 1 to 64 ASCII characters.');
  }
}

/** Not part of what is asked for. */
const NOT_COMPARED = new Set(['ClientToken', 'DryRun']);

const fingerprintOf = (parameters: ReadonlyMap<string, string>): string =>
  JSON.stringify([...parameters].filter(([name]) => !NOT_COMPARED.has(name)).sort(([a], [b]) => (a < b ? -1 : 1)));

const mismatch = (token: string): AwsError =>
  new AwsError(
    'IdempotentParameterMismatch',
    `Arguments on this idempotent request are inconsistent with arguments used in previous request(s) with the token ${token}.`,
  );
