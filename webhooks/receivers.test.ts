// Where webhooks may be sent: nothing of the networks that Berth stands in, however it is written.

import { isReceiverAddress, receiverProblem, type ReceiverRules } from './receivers.ts';

const strict: ReceiverRules = { networks: [], http: 'loopback' };
const development: ReceiverRules = { networks: ['127.0.0.0/8', '::1/128'], http: 'loopback' };
const inHouse: ReceiverRules = { networks: ['10.1.0.0/16'], http: 'allowed' };

it.each([
  'https://example.com/hooks?a=b',
  'https://example.com:8443/',
  'https://8.8.8.8/',
  'https://[2606:4700::1111]/',
])('%s is sent to', (url) => {
  expect(receiverProblem(url, strict)).toBeNull();
});

it.each([
  ['https://127.0.0.1/', 'is not a public address'],
  ['https://127.1/', '127.0.0.1 is not a public address'],
  ['https://2130706433/', '127.0.0.1 is not a public address'],
  ['https://0x7f.0.0.1/', '127.0.0.1 is not a public address'],
  ['https://[::1]/', '::1 is not a public address'],
  ['https://[::ffff:10.0.0.1]/', 'is not a public address'],
  ['https://[64:ff9b::a00:1]/', 'is not a public address'],
  ['https://localhost/', 'localhost is not a public address'],
  ['https://hooks.localhost/', 'hooks.localhost is not a public address'],
  ['https://169.254.169.254/latest/meta-data', 'is not a public address'],
  ['https://[fd00:ec2::254]/latest', 'is not a public address'],
  ['https://10.0.0.1/', 'is not a public address'],
  ['https://100.64.0.1/', 'is not a public address'],
  ['https://0.0.0.0/', 'is not a public address'],
  ['http://example.com/', 'it is not https'],
  ['ftp://example.com/', 'it is neither https nor http'],
  ['https://user:secret@example.com/', 'it has credentials in it'],
  ['https://user@example.com/', 'it has credentials in it'],
  ['https://example.com/#here', 'it has a fragment'],
  ['example.com/hooks', 'it is not a URL'],
  ['', 'it is not a URL'],
])('%j is refused: %s', (url, problem) => {
  expect(receiverProblem(url, strict)).toContain(problem);
});

it('this machine may be without TLS where its network is allowed, and nothing else may', () => {
  for (const host of ['127.0.0.1:8080', 'localhost', '[::1]']) {
    expect(receiverProblem(`http://${host}/`, development)).toBeNull();
    expect(receiverProblem(`http://${host}/`, strict)).not.toBeNull();
  }
  expect(receiverProblem('http://example.com/', development)).toBe('it is not https');
  expect(receiverProblem('https://10.1.2.3/', development)).toContain('not a public address');
});

it('what an operator allows is sent to, and no more than that', () => {
  expect(receiverProblem('http://10.1.2.3/', inHouse)).toBeNull();
  expect(receiverProblem('https://[::ffff:10.1.2.3]/', inHouse)).toBeNull();
  expect(receiverProblem('http://10.2.2.3/', inHouse)).toContain('not a public address');
  expect(isReceiverAddress('169.254.169.254', inHouse)).toBe(false);
  expect(isReceiverAddress('fe80::1', development)).toBe(false);
});
