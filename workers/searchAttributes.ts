// Registers Berth's search attributes with the namespace; those that are there stay as they are.

import type { Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { searchAttributes } from '../workflows/searchAttributes.ts';

/** Safe to call from every worker at its start. Throws where the namespace is at its limit or the right to add is lacking. */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.values(searchAttributes).filter((key) => !Object.hasOwn(customAttributes ?? {}, key.name));
  if (missing.length === 0) return;
  const { INDEXED_VALUE_TYPE_KEYWORD } = temporal.api.enums.v1.IndexedValueType;
  try {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((key) => [key.name, INDEXED_VALUE_TYPE_KEYWORD])),
    });
  } catch (error) {
    // Another worker was faster.
    if (!/already exist/i.test(String(error))) throw error;
  }
}
