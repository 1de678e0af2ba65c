// One token for many reads, renewed when the service wants another.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Metadata, metadataService } from './metadata.ts';

let server: Server;
let metadata: Metadata;
let minted: number;
let isAway: boolean;
/** The tokens that are good. */
let good: Set<string>;
beforeEach(async () => {
  [minted, good, isAway] = [0, new Set(), false];
  server = createServer((request, response) => {
    if (isAway) return void response.writeHead(503).end();
    if (request.url === '/latest/api/token') {
      good.add(`token ${++minted}`);
      return void response.end(`token ${minted}`);
    }
    const isGood = good.has(String(request.headers['x-aws-ec2-metadata-token']));
    if (!isGood) return void response.writeHead(401).end('Unauthorized');
    if (request.url === '/there') return void response.end('content');
    return void response.writeHead(404).end('Not Found');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  metadata = metadataService({ AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${port}` });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

it('reads with one token, also at the same time', async () => {
  expect(await Promise.all([metadata.get('/there'), metadata.get('/there')])).toEqual(['content', 'content']);
  expect(await metadata.get('/there')).toBe('content');
  expect(minted).toBe(1);
});

it('takes another token where the one it has is refused', async () => {
  await metadata.get('/there');
  good.clear();
  expect(await metadata.get('/there')).toBe('content');
  expect(minted).toBe(2);
});

it('says what is not there, and asks again after the service was away', async () => {
  isAway = true;
  await expect(metadata.get('/there')).rejects.toThrow('answered 503 to a token');
  isAway = false;
  expect(await metadata.get('/there')).toBe('content');
  await expect(metadata.get('/elsewhere')).rejects.toThrow('answered 404 to /elsewhere');
});
