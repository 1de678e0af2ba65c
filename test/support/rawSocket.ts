// A client without any library: writes the bytes of an upgrade and of frames as it likes, and hears what comes back.

import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** What is in a frame's head; everything may be wrong. */
export type Frame = {
  readonly payload: Uint8Array;
  /** @default 2, binary */
  readonly opcode?: number;
  readonly isFinal?: boolean;
  readonly isMasked?: boolean;
  /** RSV1..3, as the upper bits of the first byte. */
  readonly reserved?: number;
  /** As it is said, whatever the payload has. */
  readonly length?: bigint;
};

export function frameOf(frame: Frame): Buffer {
  const { payload, opcode = 2, isFinal = true, isMasked = true, reserved = 0 } = frame;
  const length = frame.length ?? BigInt(payload.length);
  const head = [(isFinal ? 0x80 : 0) | reserved | opcode];
  const mask = isMasked ? 0x80 : 0;
  const size = Buffer.alloc(8);
  if (length < 126n) head.push(mask | Number(length));
  else if (length < 65_536n) {
    size.writeUInt16BE(Number(length));
    head.push(mask | 126, ...size.subarray(0, 2));
  } else {
    size.writeBigUInt64BE(length);
    head.push(mask | 127, ...size);
  }
  if (!isMasked) return Buffer.concat([Buffer.from(head), payload]);
  const key = randomBytes(4);
  return Buffer.concat([Buffer.from(head), key, payload.map((byte, at) => byte ^ key[at % 4]!)]);
}

export type RawSocket = {
  readonly socket: Socket;
  /** All that came until now. */
  heard(): Buffer;
  /** Waits until that holds of what came, or the other side ends it. */
  until(holds: (heard: Buffer) => boolean): Promise<Buffer>;
  /** All that came, once the other side has ended it. */
  readonly ended: Promise<Buffer>;
};

export function rawSocket(port: number): RawSocket {
  const socket = connect(port, '127.0.0.1');
  let all = Buffer.alloc(0);
  const waiting = new Set<() => void>();
  const wake = (): void => waiting.forEach((resume) => resume());
  let isOver = false;
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    all = Buffer.concat([all, chunk]);
    wake();
  });
  const ended = new Promise<Buffer>((resolve) => {
    socket.on('close', () => {
      isOver = true;
      wake();
      resolve(all);
    });
  });
  return {
    socket,
    heard: () => all,
    ended,
    async until(holds) {
      while (!isOver && !holds(all)) {
        await new Promise<void>((resolve) => {
          const resume = (): void => {
            waiting.delete(resume);
            resolve();
          };
          waiting.add(resume);
        });
      }
      return all;
    },
  };
}

export type Headers = readonly (readonly [string, string])[];

/** Of an upgrade to a display as a browser asks for it. */
export const upgradeHeaders = (origin: string, ticket: string): Headers => [
  ['Host', 'x'],
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', 'AAAAAAAAAAAAAAAAAAAAAA=='],
  ['Origin', origin],
  ['Sec-WebSocket-Protocol', `binary, molecule-display-token.${ticket}`],
];

export type RawViewer = RawSocket & { say(frame: Frame): void };

/** At a display, past the upgrade and the RFB handshake. */
export async function rawViewer(port: number, path: string, headers: Headers): Promise<RawViewer> {
  const raw = rawSocket(port);
  raw.socket.write(headOf(`GET ${path} HTTP/1.1`, headers));
  await raw.until((heard) => heard.includes('RFB 003.008\n'));
  const say = (frame: Frame): void => void raw.socket.write(frameOf(frame));
  for (const said of [Buffer.from('RFB 003.008\n'), Uint8Array.of(1), Uint8Array.of(0)]) say({ payload: said });
  await raw.until((heard) => heard.includes('Berth'));
  return { ...raw, say };
}

/** The head of a request, header by header, in this order and spelling. */
export const headOf = (request: string, headers: Headers): string =>
  `${[request, ...headers.map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n`;

/** Code of the close frame that ends what a server said over a WebSocket; null where there is none. */
export function closeCodeOf(heard: Buffer): number | null {
  let at = heard.indexOf('\r\n\r\n') + 4;
  while (at + 2 <= heard.length) {
    const opcode = heard[at]! & 0x0f;
    let length = heard[at + 1]! & 0x7f;
    let head = 2;
    if (length === 126) [length, head] = [heard.readUInt16BE(at + 2), 4];
    else if (length === 127) [length, head] = [Number(heard.readBigUInt64BE(at + 2)), 10];
    if (opcode === 8) return length >= 2 ? heard.readUInt16BE(at + head) : 1005;
    at += head + length;
  }
  return null;
}
