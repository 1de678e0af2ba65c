// What the canvas does, over HTTP and nothing else: commands, reads and the stream of events.

export type StreamedEvent = {
  readonly id: string;
  readonly event: string;
  readonly timestamp: string;
  readonly payload: Readonly<Record<string, unknown>>;
};

export type Canvas = {
  call<Answer = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** Follows a workspace's events in order, resuming after a break, until the caller has seen enough. */
  events(workspaceId: string, signal: AbortSignal): AsyncGenerator<StreamedEvent, void>;
};

const RESUME_MS = 300;

export function canvas(apiUrl: string, token: string): Canvas {
  const authorization = `Bearer ${token}`;

  async function* events(workspaceId: string, signal: AbortSignal): AsyncGenerator<StreamedEvent, void> {
    let lastId = '';
    while (!signal.aborted) {
      try {
        const response = await fetch(`${apiUrl}/workspaces/${workspaceId}/events/stream`, {
          headers: { authorization, ...(lastId === '' ? {} : { 'last-event-id': lastId }) },
          signal,
        });
        if (response.ok && response.body !== null) {
          for await (const event of parse(response.body)) {
            lastId = event.id;
            yield event;
          }
        }
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof TypeError)) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, RESUME_MS));
    }
  }

  return {
    async call<Answer>(
      method: string,
      path: string,
      body?: unknown,
      more: Readonly<Record<string, string>> = {},
    ): Promise<Answer> {
      const response = await fetch(`${apiUrl}${path}`, {
        method,
        headers: { authorization, 'idempotency-key': crypto.randomUUID(), 'content-type': 'application/json', ...more },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const content = await response.text();
      if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${said(content)}`);
      return JSON.parse(content) as Answer;
    },
    events,
  };
}

/** An error's sentence, or all that came in its place. */
function said(content: string): string {
  try {
    return String((JSON.parse(content) as { error?: unknown }).error);
  } catch {
    return content;
  }
}

async function* parse(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamedEvent, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const lines = block.split('\n');
      const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const data = field('data');
      if (data !== undefined) yield { id: field('id') ?? '', ...(JSON.parse(data) as Omit<StreamedEvent, 'id'>) };
    }
  }
}
