// The search attributes by which operators find workflows; registered by every worker at its start.

import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

export const searchAttributes = {
  tenant: defineSearchAttributeKey('BerthTenant', SearchAttributeType.KEYWORD),
  status: defineSearchAttributeKey('BerthStatus', SearchAttributeType.KEYWORD),
  operation: defineSearchAttributeKey('BerthOperation', SearchAttributeType.KEYWORD),
  region: defineSearchAttributeKey('BerthRegion', SearchAttributeType.KEYWORD),
  instance: defineSearchAttributeKey('BerthInstance', SearchAttributeType.KEYWORD),
} as const;
