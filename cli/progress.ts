// Progress on the terminal: one line per step, with the time since the start.

import type { StackOptions } from './stack/stack.ts';

export type Progress = {
  line(text: string): void;
  title(text: string): void;
  readonly onStep: StackOptions['onStep'];
};

/** In colour only where a person is looking. */
export function progressOn(output: NodeJS.WriteStream): Progress {
  const startedAt = performance.now();
  const begun = new Map<string, number>();
  const paint = (code: number, text: string): string => (output.isTTY ? `\u001b[${code}m${text}\u001b[0m` : text);
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const line = (text: string): void =>
    void output.write(`${paint(2, seconds(performance.now() - startedAt).padStart(8))}  ${text}\n`);
  return {
    line,
    title: (text) => void output.write(`\n${paint(1, text)}\n`),
    onStep(step, state) {
      if (state === 'starting') return void begun.set(step, performance.now());
      line(
        `${step.padEnd(10)} ${paint(32, 'up')} ${paint(2, `after ${seconds(performance.now() - (begun.get(step) ?? 0))}`)}`,
      );
    },
  };
}

/** What the stack talks to is said outright, so that nobody launches real machines unawares. */
export function describeAws(aws: { kind: string; url?: string; because?: string }): string {
  switch (aws.kind) {
    case 'emulator':
      return 'AWS: the EMULATOR (no AWS credentials and no AWS_ENDPOINT_URL are set). Nothing here costs money.';
    case 'endpoint':
      return `AWS: the endpoint ${aws.url} (AWS_ENDPOINT_URL).`;
    default:
      return `AWS: the REAL ONE (${aws.because} is set). Machines launched here cost money.`;
  }
}
