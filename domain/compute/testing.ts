// Rules and types for the tests of the gates: the real catalogue, the settings' defaults.

import { computeRules } from '../../config/computeRules.ts';
import { readSettings } from '../../config/settings.ts';
import { readCatalogue } from '../../data/catalogue.ts';
import type { Compute } from './block.ts';
import { resolveShape } from './resolve.ts';
import type { ComputeRules, Shape, ShapeProblem, TypeFacts } from './shape.ts';

export const RULES: ComputeRules = computeRules(readSettings({}));
export const TYPES: readonly TypeFacts[] = readCatalogue().types('us-east-1');

export function shapeOf(compute: Compute, rules = RULES): Shape {
  const resolution = resolveShape(compute, rules, TYPES);
  if ('problem' in resolution) throw new Error(`refused: ${JSON.stringify(resolution.problem)}`);
  return resolution.shape;
}

export function problemOf(compute: Compute, rules = RULES): ShapeProblem {
  const resolution = resolveShape(compute, rules, TYPES);
  if ('shape' in resolution) throw new Error(`not refused: ${JSON.stringify(resolution.shape)}`);
  return resolution.problem;
}
