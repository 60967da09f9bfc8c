import { synthesize } from '../../local/demo/synth';
import { CONFIGS } from './configs';
import { reportOf } from './report';
import { findViolation } from './search';

jest.setTimeout(900_000);

/** Other ones than the short search's. */
const SEED = 2;
const HISTORIES = 400;

test(`${HISTORIES} more random histories of faults violate no invariant`, async () => {
  const templates = CONFIGS.map(({ config }) => synthesize(config));
  const found = await findViolation({ seed: SEED, from: 0, to: HISTORIES, templates });
  if (found !== null) throw new Error(reportOf(found.judged));
});
