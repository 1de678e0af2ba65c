// A gate's word as clients read it.

import type { Verdict } from '../domain/compute/gates.ts';
import { errorMessage, errorNextStep } from '../domain/errors.ts';

export function presentVerdict(verdict: Verdict) {
  if (verdict.passed) return verdict;
  const { gate, passed, code, context } = verdict;
  return {
    gate,
    passed,
    code,
    error: errorMessage(code, context),
    next_step: errorNextStep(code, context),
    ...context,
  };
}
