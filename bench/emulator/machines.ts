// Many machines inside the emulator's process: all registered at a platform that says yes, all beating.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { startEmulator } from '../../emulator/server.ts';

const ZONE = 'us-east-1a';
const MIB = 1_048_576;

export type Online = { readonly machines: number; readonly rssMib: number; readonly beforeMib: number };

export async function machinesInline(dataDir: string, machines: number): Promise<Online> {
  const registered = new Set<string>();
  const beating = new Set<string>();
  let allBeat = (): void => {};
  const done = new Promise<void>((resolve) => (allBeat = resolve));
  const platform = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as { id?: string; workspace_id?: string };
      if (body.id !== undefined) registered.add(body.id);
      if (body.workspace_id !== undefined) beating.add(body.workspace_id);
      if (beating.size === machines) allBeat();
      const answer = { status: 'ok', auth_token: 'token', workspace_id: body.id };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => platform.listen(0, '127.0.0.1', resolve));
  const platformUrl = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`;
  const emulator = await startEmulator({
    dataDir,
    settings: { machines: 'inline' },
    delays: { pendingMs: 0, creatingVolumeMs: 0, attachingMs: 0 },
  });
  const raise = { code: 'L-1216C47A', value: 1_000_000, access_key: 'bench' };
  await fetch(`${emulator.url}/_emulator/quotas`, { method: 'POST', body: JSON.stringify(raise) });
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'any' };
  const ec2 = new EC2Client({ endpoint: emulator.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  const beforeMib = Math.round(process.memoryUsage().rss / MIB);
  for (let n = 0; n < machines; n++) await addMachine(ec2, platformUrl, n);
  if (machines > 0) await done;
  const rssMib = Math.round(process.memoryUsage().rss / MIB);
  ec2.destroy();
  await emulator.close();
  platform.close();
  platform.closeAllConnections();
  return { machines: beating.size, rssMib, beforeMib };
}

async function addMachine(ec2: EC2Client, platformUrl: string, n: number): Promise<void> {
  const instructions = {
    berth: 1,
    workspace_id: crypto.randomUUID(),
    generation: 1,
    attempt: 1,
    platform_url: platformUrl,
    boot_credential: `credential of ${n}`,
    heartbeat_interval_seconds: 5,
  };
  const { Instances } = await ec2.send(
    new RunInstancesCommand({
      ImageId: 'ami-0b0000000a6d64002',
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      Placement: { AvailabilityZone: ZONE },
      UserData: Buffer.from(JSON.stringify(instructions)).toString('base64'),
    }),
  );
  const InstanceId = Instances![0]!.InstanceId!;
  const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: ZONE, Size: 1, VolumeType: 'gp3' }));
  for (;;) {
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [InstanceId] }));
    if (Reservations![0]!.Instances![0]!.State!.Name === 'running') break;
  }
  await ec2.send(new AttachVolumeCommand({ VolumeId: VolumeId!, InstanceId, Device: '/dev/sdf' }));
}
