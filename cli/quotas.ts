// `berth quotas`: what the AWS account may run, and the request for more of it; through the API, as an operator.

import { readSettings } from '../config/settings.ts';

type Listed = {
  readonly region: string;
  readonly quotas: readonly {
    readonly code: string;
    readonly family: string;
    readonly market: string;
    readonly limit: number | null;
    readonly other_use: number | null;
    readonly reserved: number;
    readonly age_seconds: number | null;
    readonly open_request: { readonly desired: number; readonly status: string } | null;
  }[];
};
type Requested = { readonly request_id: string; readonly desired: number; readonly status: string };

export async function runQuotasList(api?: string): Promise<void> {
  const { region, quotas } = await call<Listed>(api, 'GET', '');
  console.log(`vCPUs of the account in ${region}`);
  console.log(columns(['code', 'family', 'market', 'limit', 'others', 'reserved', 'measured', 'asked for']));
  for (const { code, family, market, limit, other_use, reserved, age_seconds: age, open_request: open } of quotas) {
    const measured = age === null ? 'never' : `${age} s ago`;
    const asked = open === null ? '' : `${open.desired}, ${open.status}`;
    console.log(columns([code, family, market, limit ?? '?', other_use ?? '?', reserved, measured, asked]));
  }
}

export async function runQuotasRequest(code: string, desired: string, api?: string): Promise<void> {
  const body = { desired: Number(desired) };
  const request = await call<Requested>(api, 'POST', `/${encodeURIComponent(code)}/increase`, body);
  console.log(`${code}: ${request.desired} vCPUs asked for, ${request.status} (request ${request.request_id})`);
}

const WIDTHS = [12, 13, 11, 7, 8, 10, 12, 0];
const columns = (cells: readonly (string | number)[]): string =>
  cells
    .map((cell, n) => String(cell).padEnd(WIDTHS[n]!))
    .join('')
    .trimEnd();

async function call<Answer>(api: string | undefined, method: string, path: string, body?: object): Promise<Answer> {
  const { ADMIN_TOKEN: token, HOST: host, PORT: port } = readSettings(process.env, ['ADMIN_TOKEN']);
  const url = api ?? process.env['API'] ?? `http://${host}:${port}`;
  const response = await fetch(`${url}/admin/quotas${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Answer & { readonly error?: string; readonly next_step?: string };
  if (response.ok) return answer;
  console.error([answer.error, answer.next_step].filter(Boolean).join('\n'));
  process.exit(1);
}
