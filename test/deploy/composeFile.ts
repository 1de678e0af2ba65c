// The compose file as its readers see it: merged, and with its services' environments in one form.

import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

export type Service = {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: unknown;
  readonly restart?: string;
  readonly volumes?: readonly string[];
  readonly profiles?: readonly string[];
  readonly stop_grace_period?: string;
  readonly depends_on?: Readonly<Record<string, { condition: string }>>;
};
export type ComposeFile = {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};

const FILE = new URL('../../docker-compose.temporal.yml', import.meta.url);

export const composeText = (): Promise<string> => readFile(FILE, 'utf8');
export const readCompose = async (): Promise<ComposeFile> => parse(await composeText(), { merge: true }) as ComposeFile;

/** The services that run our own image. */
export const ownServices = ({ services }: ComposeFile): [string, Service][] =>
  Object.entries(services).filter(([, service]) => service.image?.includes('berth:local'));

/** As compose hands it over: each variable at its default, and `asked` for each that it refuses to start without. */
export const filledIn = (environment: Readonly<Record<string, string>>, asked: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(/\$\{\w+:([-?])([^}]*)\}/g, (_, kind: string, rest: string) => (kind === '-' ? rest : asked)),
    ]),
  );
