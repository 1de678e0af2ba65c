// The endpoint as a test file has it: clients, what is around, a workshop that is cleared after each test.

import { type Clients, openClients } from './clients.ts';
import { type Endpoint, openEndpoint, PACE } from './endpoint.ts';
import { lookAround, type Surroundings } from './surroundings.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

export type Contract = Clients & {
  /** Undefined where it is AWS's own. */
  readonly url: string | undefined;
  readonly around: Surroundings;
  readonly make: Workshop;
};

/** To be called once, at the top of a test file. */
export function contract(): Contract {
  let opened: Contract | undefined;
  let endpoint: Endpoint | undefined;

  beforeAll(async () => {
    const { url } = (endpoint = await openEndpoint());
    const clients = openClients(url);
    const around = await lookAround(clients).then(
      (found) => () => found,
      // An endpoint without EC2 may have the other services still.
      (error: Error) => () => {
        throw error;
      },
    );
    opened = {
      ...clients,
      url,
      get around() {
        return around();
      },
      make: openWorkshop(clients, around),
    };
  }, PACE.testMs);
  afterEach(() => opened?.make.clear(), PACE.testMs);
  afterAll(async () => {
    opened?.destroy();
    await endpoint?.close();
  }, PACE.testMs);

  return new Proxy({} as Contract, {
    get(_target, name) {
      if (opened === undefined) throw new Error('the endpoint is not open yet: use it inside a test');
      return opened[name as keyof Contract];
    },
  });
}
