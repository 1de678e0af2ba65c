// Who calls which service and for which region, from the SigV4 header; the signature itself is not checked.

import { createHash } from 'node:crypto';
import { Ec2Error } from '../ec2/errors.ts';

export type Caller = { readonly accountId: string; readonly region: string; readonly service: string };

/** Each access key is an account of its own. Throws AuthFailure where there is no SigV4 credential. */
export function readCaller(authorization: string | undefined): Caller {
  const scope =
    /^AWS4-(?:HMAC-SHA256|ECDSA-P256-SHA256) .*Credential=([^/\s,]+)\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request/.exec(
      authorization ?? '',
    );
  if (scope === null) throw new Ec2Error('AuthFailure', 'AWS was not able to validate the provided access credentials');
  return { accountId: accountIdOf(scope[1]!), region: scope[2]!, service: scope[3]! };
}

/** Twelve digits, always the same for the same key; a key of twelve digits is its account's id. */
export const accountIdOf = (accessKeyId: string): string =>
  /^\d{12}$/.test(accessKeyId)
    ? accessKeyId
    : String(createHash('sha256').update(accessKeyId).digest().readBigUInt64BE() % 1_000_000_000_000n).padStart(
        12,
        '0',
      );
