import { synthesize } from '../../local/synth';
import { BROKEN_BUILDS } from './broken-builds';
import { CONFIGS } from './configs';
import { findViolation } from './search';

jest.setTimeout(180_000);

const SEED = 1;
/** A broken build is found within so many histories, or the search is not worth much. */
const AT_MOST = 200;

let templates: readonly string[] = [];
beforeAll(() => {
  templates = CONFIGS.map(({ config }) => synthesize(config));
});

test.each(BROKEN_BUILDS)(`a build with $name is caught within ${AT_MOST} histories`, async ({ make }) => {
  const found = await findViolation({ seed: SEED, from: 0, to: AT_MOST, templates: templates.map(make) });
  expect(found).not.toBeNull();
});
