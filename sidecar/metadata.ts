// The instance metadata service, version 2: a token first, then what the machine may know of itself (facts/ec2.md 1.9).

/** The standard variable of the AWS SDKs for where the service is; unset on a real machine. */
const ENDPOINT = 'AWS_EC2_METADATA_SERVICE_ENDPOINT';
const TOKEN_TTL_SECONDS = 300;
/** Renewed before it runs out, so that none is used in its last moments. */
const RENEWED_AFTER_MS = (TOKEN_TTL_SECONDS - 30) * 1000;
/** The service answers within milliseconds or not at all. */
const TIMEOUT_MS = 2_000;
const UNAUTHORIZED = 401;

export type Metadata = { get(path: string): Promise<string> };

/** Throws where the service does not answer or has nothing at that path. */
export function metadataService(env: NodeJS.ProcessEnv): Metadata {
  const endpoint = (env[ENDPOINT] ?? 'http://169.254.169.254').replace(/\/$/, '');
  let token: { readonly value: Promise<string>; readonly sinceMs: number } | null = null;

  const ask = (path: string, init: RequestInit): Promise<Response> =>
    fetch(`${endpoint}${path}`, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });

  async function newToken(): Promise<string> {
    const headers = { 'X-aws-ec2-metadata-token-ttl-seconds': String(TOKEN_TTL_SECONDS) };
    return textOf(await ask('/latest/api/token', { method: 'PUT', headers }), 'a token');
  }

  function presentToken(): Promise<string> {
    if (token === null || performance.now() - token.sinceMs > RENEWED_AFTER_MS) {
      const mine = { value: newToken(), sinceMs: performance.now() };
      token = mine;
      // One that was not given is asked for again by whoever comes next.
      mine.value.catch(() => forget(mine.value));
    }
    return token.value;
  }

  function forget(value: Promise<string>): void {
    if (token?.value === value) token = null;
  }

  return {
    async get(path) {
      const read = async (value: Promise<string>): Promise<Response> =>
        ask(path, { headers: { 'X-aws-ec2-metadata-token': await value } });
      const first = presentToken();
      const answer = await read(first);
      if (answer.status !== UNAUTHORIZED) return textOf(answer, path);
      // The machine was stopped meanwhile, or its clock stood still: the token ran out by another's.
      await answer.body?.cancel();
      forget(first);
      return textOf(await read(presentToken()), path);
    },
  };
}

async function textOf(answer: Response, what: string): Promise<string> {
  if (answer.ok) return answer.text();
  await answer.body?.cancel();
  throw new Error(`the metadata service answered ${answer.status} to ${what}`);
}
