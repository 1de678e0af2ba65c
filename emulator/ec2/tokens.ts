// ClientTokens: the same token and parameters are the same resource, other parameters a mismatch (facts/ec2.md 1.1).

import { isDeepStrictEqual } from 'node:util';
import { Ec2Error } from './errors.ts';

type Use = { readonly parameters: unknown; readonly ids: readonly string[] };

/** One per kind of call; a token may be used for several kinds. */
export class TokenStore {
  readonly #uses = new Map<string, Use>();

  /**
   * The ids made with this token before, or null. `scope` is the zone where the request names one, else the region: the same
   * token in another zone makes another resource. Throws IdempotentParameterMismatch.
   */
  find(token: string | undefined, scope: string, parameters: unknown): readonly string[] | null {
    if (token === undefined) return null;
    if (token.length > 64 || !/^[\x20-\x7e]*$/.test(token)) {
      throw new Ec2Error('InvalidParameterValue', 'The client token must be at most 64 ASCII characters');
    }
    const use = this.#uses.get(`${scope}/${token}`);
    if (use === undefined) return null;
    if (!isDeepStrictEqual(use.parameters, parameters)) {
      throw new Ec2Error('IdempotentParameterMismatch', 'Client token has already been used with different arguments');
    }
    return use.ids;
  }

  /** With no ids the token is burned: a launch that failed can't be repeated with other parameters either. */
  record(token: string | undefined, scope: string, parameters: unknown, ids: readonly string[]): void {
    if (token !== undefined) this.#uses.set(`${scope}/${token}`, { parameters, ids });
  }
}
