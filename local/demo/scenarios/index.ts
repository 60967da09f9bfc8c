import { BASIC } from './basic';
import { DEATHS } from './deaths';
import { OVERLAPS } from './overlaps';
import { READINESS } from './readiness';
import { REFUSALS } from './refusals';
import type { Scenario } from './scenario';

export type { Expectation, Scenario } from './scenario';

export const SCENARIOS: readonly Scenario[] = [...BASIC, ...REFUSALS, ...DEATHS, ...OVERLAPS, ...READINESS];
