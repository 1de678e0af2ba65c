// The display of this machine, where its workspace has one, as its boot instructions say.

import type { BootInstructions } from '../bootInstructions.ts';
import type { Metadata } from '../metadata.ts';
import type { Display, StartDisplay } from './display.ts';
import { untilTold } from '../untilTold.ts';

/** Of every RFB server's first display. */
const RFB_PORT = 5900;

/**
 * Null where the workspace has none, or where it can't be started: the machine serves without it, and says so.
 * @param address host:port; absent = the machine's private address, on the port of every RFB server.
 */
export async function displayOf(
  { display }: BootInstructions,
  metadata: Metadata,
  address: string | undefined,
  open: StartDisplay,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<Display | null> {
  if (display === null) return null;
  try {
    const place = address ?? `${await privateAddress(metadata, signal, log)}:${RFB_PORT}`;
    const [host = '', port] = place.split(':');
    return await open({ ...display, host, port: Number(port), log });
  } catch (error) {
    log(`the display can't be started: ${String(error)}`);
    return null;
  }
}

const privateAddress = (metadata: Metadata, signal: AbortSignal, log: (line: string) => void): Promise<string> =>
  untilTold('its private address', () => metadata.get('/latest/meta-data/local-ipv4'), signal, log);
