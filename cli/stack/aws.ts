// Which AWS the stack talks to: said outright, never guessed, never fallen back from (design, section 9).

export type AwsTarget =
  | { readonly kind: 'emulator' }
  | { readonly kind: 'endpoint'; readonly url: string }
  | { readonly kind: 'aws'; readonly because: string };

/** What the SDK's own chain would find. */
const CREDENTIALS = [
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
];

export function awsTarget(env: NodeJS.ProcessEnv): AwsTarget {
  const url = env['AWS_ENDPOINT_URL'];
  if (url) return { kind: 'endpoint', url };
  const given = CREDENTIALS.find((name) => env[name]);
  return given === undefined ? { kind: 'emulator' } : { kind: 'aws', because: given };
}
