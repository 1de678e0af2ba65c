// The instance metadata service, version 2: a token first, then what the machine may know of itself (facts/ec2.md 1.9).

/** The standard variable of the AWS SDKs for where the service is; unset on a real machine. */
const ENDPOINT = 'AWS_EC2_METADATA_SERVICE_ENDPOINT';
const TOKEN_TTL_SECONDS = 300;
/** The service answers within milliseconds or not at all. */
const TIMEOUT_MS = 2_000;

export type Metadata = { get(path: string): Promise<string> };

/** Throws where the service does not answer or has nothing at that path. */
export function metadataService(env: NodeJS.ProcessEnv): Metadata {
  const endpoint = (env[ENDPOINT] ?? 'http://169.254.169.254').replace(/\/$/, '');
  const ask = async (path: string, init: RequestInit): Promise<string> => {
    const answer = await fetch(`${endpoint}${path}`, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok) throw new Error(`the metadata service answered ${answer.status} to ${path}`);
    return answer.text();
  };
  return {
    async get(path) {
      const headers = { 'X-aws-ec2-metadata-token-ttl-seconds': String(TOKEN_TTL_SECONDS) };
      const token = await ask('/latest/api/token', { method: 'PUT', headers });
      return ask(path, { headers: { 'X-aws-ec2-metadata-token': token } });
    },
  };
}
