// A capability of an endpoint, and what holds where it is there: lacking it is reported, doing it wrong is a failure.

import { isOurs, PACE } from './endpoint.ts';
import { note } from './notices.ts';
import { lackOf } from './refusal.ts';

/** Calls that an endpoint with the capability understands, whether it grants them or not. They make nothing. */
export type Probe = () => readonly Promise<unknown>[];
export type State = (sentence: string, run: () => Promise<void>) => void;

/** Our own emulator has to have them all. */
export function capability(name: string, probe: Probe, define: (states: State) => void): void {
  describe(name, () => {
    let isLacking = false;
    beforeAll(async () => {
      const lacks = await Promise.all(probe().map(lackOf));
      const lack = lacks.find((each) => each !== null) ?? null;
      if (lack === null) return;
      if (isOurs) throw new Error(`The emulator lacks ${name}: ${lack}`);
      isLacking = true;
      note({ capability: name, lack });
    }, PACE.testMs);

    define((sentence, run) =>
      it(
        sentence,
        async () => {
          if (!isLacking) await run();
        },
        PACE.testMs,
      ));
  });
}
