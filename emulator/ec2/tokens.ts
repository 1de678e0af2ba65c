// ClientTokens: the same token and parameters are the same resource, other parameters a mismatch (facts/ec2.md 1.1).

import { createHash } from 'node:crypto';
import type { Row, Table } from '../state/table.ts';
import { Ec2Error } from './errors.ts';

export type TokenUse = Row & { readonly fingerprint: string; readonly ids: readonly string[] };

/** One per kind of call; a token may be used for several kinds. */
export class TokenStore {
  readonly #uses: Table<TokenUse>;

  constructor(uses: Table<TokenUse>) {
    this.#uses = uses;
  }

  /**
   * The ids made with this token before, or null. `scope` is the zone where the request names one, else the region: the same
   * token in another zone makes another resource. Throws IdempotentParameterMismatch.
   */
  find(token: string | undefined, scope: string, parameters: object): readonly string[] | null {
    if (token === undefined) return null;
    if (token.length > 64 || !/^[\x20-\x7e]*$/.test(token)) {
      throw new Ec2Error('InvalidParameterValue', 'The client token must be at most 64 ASCII characters');
    }
    const use = this.#uses.get(`${scope}/${token}`);
    if (use === undefined) return null;
    if (use.fingerprint !== fingerprint(parameters)) {
      throw new Ec2Error('IdempotentParameterMismatch', 'Client token has already been used with different arguments');
    }
    return use.ids;
  }

  /** With no ids the token is burned: a launch that failed can't be repeated with other parameters either. */
  record(token: string | undefined, scope: string, parameters: object, ids: readonly string[]): void {
    if (token === undefined) return;
    this.#uses.put({ id: `${scope}/${token}`, fingerprint: fingerprint(parameters), ids });
  }
}

/** Of what was asked, in whatever order. */
const fingerprint = (parameters: object): string =>
  createHash('sha256')
    .update(JSON.stringify(parameters, (_, value: unknown) => (isPlain(value) ? sorted(value) : value)))
    .digest('base64url');

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const sorted = (value: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
