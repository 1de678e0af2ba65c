// Registers Berth's search attributes with the namespace; those that are there stay as they are.

import type { Connection } from '@temporalio/client';
import { searchAttributes } from '../workflows/searchAttributes.ts';

/** INDEXED_VALUE_TYPE_KEYWORD of Temporal's IndexedValueType, which the SDK does not export by name. */
const KEYWORD = 2;

/** Safe to call from every worker at its start. Throws where the namespace is at its limit or the right to add is lacking. */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.values(searchAttributes).filter((key) => !Object.hasOwn(customAttributes ?? {}, key.name));
  if (missing.length === 0) return;
  try {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((key) => [key.name, KEYWORD])),
    });
  } catch (error) {
    // Another worker was faster.
    if (!/already exist/i.test(String(error))) throw error;
  }
}
