import { synthesize } from '../../local/demo/synth';
import { BROKEN_BUILDS } from './broken-builds';
import { CONFIGS } from './configs';
import { findViolation } from './search';

jest.setTimeout(180_000);

const SEED = 1;
/** A broken build is found within so many histories, or the search is not worth much. */
const AT_MOST = 200;

/** By which history of the seed each is found. Only that one is played here, because a search takes minutes. */
const FOUND_BY: Readonly<Record<string, number>> = {
  'no retry': 7,
  'verify skipped': 0,
  'failure notice removed': 1,
  'unassigning must work': 100,
  'unknown errors are not tried again': 15,
  'passing errors are tried three times': 7,
  'a target that refuses ends it': 13,
  'assign without AllowReassignment': 2,
  'decision from the event instead of EC2': 105,
  'interfaces that EC2 hides are not asked for': 47,
  'absence in one answer is death': 198,
};

let templates: readonly string[] = [];
beforeAll(() => {
  templates = CONFIGS.map(({ config }) => synthesize(config));
});

test.each(BROKEN_BUILDS)(`a build with $name is caught within ${AT_MOST} histories`, async ({ name, make }) => {
  const from = FOUND_BY[name] ?? 0;
  const to = name in FOUND_BY ? from + 1 : AT_MOST;
  expect(to).toBeLessThanOrEqual(AT_MOST);
  const found = await findViolation({ seed: SEED, from, to, templates: templates.map(make) });
  expect(found).not.toBeNull();
});
