import { synthesize } from '../../local/demo/synth';
import { CONFIGS } from './configs';
import { addTo, type Coverage, coverageOf } from './coverage';
import { historyOf } from './generator';
import { reportOf } from './report';
import { findViolation } from './search';

const SEED = 5;
const HISTORIES = 10;

let templates: readonly string[] = [];
beforeAll(() => {
  templates = CONFIGS.map(({ config }) => synthesize(config));
});

test(`${HISTORIES} random histories of faults violate no invariant`, async () => {
  const coverage: Coverage = {};
  const found = await findViolation({ seed: SEED, from: 0, to: HISTORIES, templates }, (played, index) =>
    addTo(coverage, coverageOf(historyOf(SEED, index), played)),
  );
  if (found !== null) throw new Error(reportOf(found.judged));
  // That faults strike, decisions differ and moves happen is what makes the run worth anything.
  const kinds = Object.keys(coverage);
  expect(kinds.filter((key) => key.startsWith('fault:')).length).toBeGreaterThan(20);
  expect(kinds.filter((key) => key.startsWith('decision: MOVE')).length).toBeGreaterThanOrEqual(4);
});

test('the same seed makes the same history, event by event', async () => {
  const runs: string[] = [];
  for (let time = 0; time < 2; time += 1) {
    await findViolation({ seed: SEED, from: 7, to: 8, templates }, ({ cloud }) => {
      // Cold or warm depends on the runs before, what is seen of it does not.
      runs.push(cloud.timeline.events.map((event) => `${event.at} ${event.type}`).join('\n'));
    });
  }
  expect(runs[0]).toBe(runs[1]);
});
