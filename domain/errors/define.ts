// An entry of the registry of errors.

export type ErrorEntry = {
  /** HTTP status when the API answers with it. */
  readonly status: number;
  /** True when the same request, unchanged, may succeed later. */
  readonly retryable: boolean;
  /** One sentence that names the cause; `{name}` is filled from the context. */
  readonly message: string;
  /** What the reader of the message can do about it. */
  readonly nextStep: string;
};

export const define = <Code extends string>(
  entries: Readonly<Record<Code, ErrorEntry>>,
): Readonly<Record<Code, ErrorEntry>> => entries;
