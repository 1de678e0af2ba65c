// What a call is refused with.

type Refusal = {
  readonly name: string;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
};

/** Where the call was done there is none: a test sees that in the place of a code. */
export async function refusalOf(call: Promise<unknown>): Promise<{ code: string; status: number | undefined }> {
  try {
    await call;
    return { code: 'none: the call was done', status: undefined };
  } catch (error) {
    const { name, $metadata } = error as Refusal;
    return { code: name, status: $metadata?.httpStatusCode };
  }
}

export const codeOf = async (call: Promise<unknown>): Promise<string> => (await refusalOf(call)).code;

/** For `toMatch`, where AWS documents one code and is seen to answer with another one. */
export const oneOf = (...codes: readonly string[]): RegExp =>
  new RegExp(`^(${codes.map((code) => code.replaceAll('.', '\\.')).join('|')})$`);

/** How the kinds of endpoints say that they don't have an action. */
const LACKING = ['InvalidAction', 'UnknownOperationException', 'NotImplemented', 'NotImplementedError'];

/** How an endpoint says that it lacks what was asked for; null where it has it, and rejects where it can't be asked. */
export async function lackOf(call: Promise<unknown>): Promise<string | null> {
  try {
    await call;
    return null;
  } catch (error) {
    const { name, message, $metadata } = error as Refusal;
    const status = $metadata?.httpStatusCode;
    // Not in the protocol of the service: another one answers there, or a page for people.
    const isForeign = name === 'SyntaxError' || /deserialization error/i.test(message);
    if (isForeign) return `answers ${status ?? ''} in another protocol`;
    if (status === undefined) throw error;
    const isUnknown = /^(Error|Unknown|UnknownError)$/.test(name) && (status === 404 || status === 405);
    if (LACKING.includes(name) || status === 501 || isUnknown) return `${name}: ${message.split('\n')[0]}`;
    if (status >= 500 && /not( been| yet been)? (yet )?implemented|not yet supported/i.test(message)) return message;
    return null;
  }
}
