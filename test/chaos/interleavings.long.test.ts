import { synthesize } from '../../local/demo/synth';
import { explore } from './interleavings';
import { OVERLAPS } from './overlaps';

/** So many runs of each overlap belong to every test run; `npm run chaos -- --interleavings` makes them all. */
const RUNS = 12;

test.each(OVERLAPS)('in every order of their API calls: $name', async (overlap) => {
  const { violations, order, runs, states } = await explore(overlap, synthesize(overlap.config), RUNS);
  expect({ violations, order }).toEqual({ violations: [], order: [] });
  expect(runs).toBeGreaterThan(10);
  expect(states).toBeGreaterThan(runs);
});
