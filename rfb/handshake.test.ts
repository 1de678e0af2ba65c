// The two ends of the handshake understand each other, and nobody else.

import fc from 'fast-check';
import { Conversation, type Dialogue } from './dialogue.ts';
import { type Door, enter, welcome } from './handshake.ts';
import { BGRX, readPixelFormat, type ServerInit, writePixelFormat, writeServerInit } from './serverInit.ts';
import { answerChallenge, isAnswer } from './vncAuth.ts';
import { RfbViolation } from './violation.ts';

const init: ServerInit = { width: 1920, height: 1080, pixelFormat: writePixelFormat(BGRX), name: 'root@host' };
const challenge = Uint8Array.from({ length: 16 }, (_, index) => index * 7);
const door = (password: string): Door => ({
  challenge,
  isAnswer: (response) => isAnswer(password, challenge, response),
});

/** Lets a client and a server talk, `size` bytes at a time; what the client learned, with what came after. */
function talk(client: Dialogue<ServerInit>, at: Door, size: number): { result: ServerInit; rest: Uint8Array } | null {
  const toServer: number[] = [];
  const toClient: number[] = [];
  const visitor = new Conversation(client, (bytes) => toServer.push(...bytes));
  const host = new Conversation(welcome(at), (bytes) => toClient.push(...bytes));
  const early = visitor.hear() ?? host.hear();
  expect(early).toBeNull();
  for (let isIn = false; toServer.length + toClient.length > 0; ) {
    if (toServer.length > 0 && host.hear(Uint8Array.from(toServer.splice(0, size))) !== null) {
      isIn = true;
      toClient.push(...writeServerInit(init), 99, 98);
    }
    const end = toClient.length === 0 ? null : visitor.hear(Uint8Array.from(toClient.splice(0, size)));
    if (end !== null) return { ...end, rest: Uint8Array.from([...end.rest, ...toClient]) };
    expect(isIn || toClient.length + toServer.length > 0).toBe(true);
  }
  return null;
}

it.each([1, 3, 1_000])('a client enters in pieces of %i bytes, with a password or without one', (size) => {
  const expected = { result: init, rest: Uint8Array.of(99, 98) };
  expect(talk(enter(null), 'open', size)).toEqual(expected);
  expect(
    talk(
      enter((asked) => answerChallenge('s3cret', asked)),
      door('s3cret'),
      size,
    ),
  ).toEqual(expected);
});

it('refuses a wrong password, and a client that wants to come in without one', () => {
  const wrong = (): unknown =>
    talk(
      enter((asked) => answerChallenge('wrong', asked)),
      door('s3cret'),
      100,
    );
  expect(wrong).toThrow(RfbViolation);
  expect(() => talk(enter(null), door('s3cret'), 100)).toThrow('does not offer');
  expect(() =>
    talk(
      enter(() => new Uint8Array(16)),
      'open',
      100,
    ),
  ).toThrow('does not offer');
});

it('answers a challenge as other implementations do', () => {
  // Made with the DES of OpenSSL's legacy provider.
  const answer = answerChallenge('password', Uint8Array.from(Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')));
  expect(Buffer.from(answer).toString('hex')).toBe('b866924125c8eebb9debc1db61c538e2');
});

it.each<[string, string | number[]]>([
  ['an older version', 'RFB 003.003\n'],
  ['another protocol', 'HTTP/1.1 400'],
  ['a refusal without security types', ['RFB 003.008\n', [0, 0, 0, 0, 2, 78, 111]].flatMap(spelled)],
  ['an endless reason', ['RFB 003.008\n', [0, 255, 255, 255, 255]].flatMap(spelled)],
  ['a refusal after the choice', ['RFB 003.008\n', [1, 1, 0, 0, 0, 1, 0, 0, 0, 2, 78, 111]].flatMap(spelled)],
])('a client ends at %s', (_, said) => {
  const visitor = new Conversation(enter(null), () => {});
  visitor.hear();
  expect(() => visitor.hear(Uint8Array.from(spelled(said)))).toThrow(RfbViolation);
});

it('neither end is brought down by arbitrary bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (noise, isVersioned) => {
      const heard = Uint8Array.from([...(isVersioned ? spelled('RFB 003.008\n') : []), ...noise]);
      for (const dialogue of [enter(null), enter(() => new Uint8Array(16)), welcome('open'), welcome(door('x'))]) {
        const conversation = new Conversation<unknown>(dialogue as Dialogue<unknown>, () => {});
        conversation.hear();
        try {
          conversation.hear(heard);
        } catch (error) {
          expect(error).toBeInstanceOf(RfbViolation);
        }
      }
    }),
    { numRuns: 1_000 },
  );
});

it('reads the pixel format that it writes', () => {
  const rgb565 = {
    bitsPerPixel: 16,
    isBigEndian: true,
    red: { max: 31, shift: 11 },
    green: { max: 63, shift: 5 },
    blue: { max: 31, shift: 0 },
  } as const;
  for (const format of [BGRX, rgb565]) expect(readPixelFormat(writePixelFormat(format))).toEqual(format);
});

function spelled(text: string | number[]): number[] {
  return typeof text === 'string' ? [...new TextEncoder().encode(text)] : text;
}
