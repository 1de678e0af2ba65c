// GetParameter: one public parameter.

import { z } from 'zod';
import { jsonAction } from '../../json/service.ts';
import { findParameter } from '../lookup.ts';

export const getParameter = jsonAction(
  // WithDecryption is for secure strings; AWS ignores it for the type that all public parameters have.
  z.strictObject({ Name: z.string().min(1).max(2048), WithDecryption: z.boolean().optional() }),
  (context, { Name }) => ({ Parameter: findParameter(context, Name) }),
);
