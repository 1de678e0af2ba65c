// The emulator's own time per call, as it says it itself, while the number of instances grows.

import { DescribeInstancesCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { noMachines } from '../../emulator/machines/runtime.ts';
import { startEmulator } from '../../emulator/server.ts';
import { type Figures, figuresOf } from '../figures.ts';

const IMAGE = 'ami-0b0000000a6d64002';
const LOOKS = 200;

export type Grown = { readonly instances: number; readonly call: string; readonly figures: Figures };

/** The limits of a young account would end this soon, so that they are lifted first. */
export async function callsAsItGrows(dataDir: string, sizes: readonly number[]): Promise<Grown[]> {
  const emulator = await startEmulator({ dataDir, machines: noMachines(), delays: { pendingMs: 5 } });
  await lift(emulator.url);
  const ec2 = new EC2Client({
    endpoint: emulator.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'any' },
    maxAttempts: 1,
  });
  let own = 0;
  // The deserializer's step still has the raw answer.
  ec2.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = result.response as { headers: Record<string, string> };
      own = Number(/dur=([\d.]+)/.exec(headers['server-timing'] ?? '')?.[1]);
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'serverTiming' },
  );
  const timed = async (count: number, call: (n: number) => Promise<unknown>): Promise<Figures> => {
    const times: number[] = [];
    for (let n = 0; n < count; n++) {
      await call(n);
      times.push(own);
    }
    return figuresOf(times);
  };
  const launch = (name: string): Promise<unknown> =>
    ec2.send(
      new RunInstancesCommand({
        ImageId: IMAGE,
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        ClientToken: name,
        TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'WorkspaceID', Value: name }] }],
      }),
    );
  const grown: Grown[] = [];
  let instances = 0;
  for (const size of sizes) {
    const figures = await timed(size - instances, () => launch(`ws-${instances++}`));
    grown.push({ instances: size, call: 'RunInstances', figures });
    const some = (n: number): string => `ws-${(n * 7919) % instances}`;
    const looks: [string, (n: number) => Promise<unknown>][] = [
      ['by tag', (n) => look([{ Name: 'tag:WorkspaceID', Values: [some(n)] }])],
      ['by token', (n) => look([{ Name: 'client-token', Values: [some(n)] }])],
      ['a page of 5', () => ec2.send(new DescribeInstancesCommand({ MaxResults: 5 }))],
    ];
    for (const [call, run] of looks) grown.push({ instances: size, call, figures: await timed(LOOKS, run) });
  }
  ec2.destroy();
  await emulator.close();
  return grown;

  function look(Filters: { Name: string; Values: string[] }[]): Promise<unknown> {
    return ec2.send(new DescribeInstancesCommand({ Filters }));
  }
}

async function lift(url: string): Promise<void> {
  for (const [code, value] of [
    ['L-1216C47A', 1_000_000],
    ['L-7A658B76', 10_000],
  ] as const) {
    const body = JSON.stringify({ access_key: 'bench', code, value });
    const answer = await fetch(`${url}/_emulator/quotas`, { method: 'POST', body });
    if (!answer.ok) throw new Error(await answer.text());
  }
}
