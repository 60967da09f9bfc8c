import { synthesize } from '../../local/demo/synth';
import { BROKEN_BUILDS } from './broken-builds';
import { CONFIGS } from './configs';
import { findViolation } from './search';

/** A broken build is found within so many histories of a seed, or the search is not worth much. */
const AT_MOST = 200;

/** By which history of which seed each is found. Only that one is played here, because a search takes minutes. */
const FOUND_BY: Readonly<Record<string, readonly [seed: number, history: number]>> = {
  'no retry': [1, 2],
  'verify skipped': [1, 0],
  'failure notice removed': [1, 1],
  'unassigning must work': [1, 100],
  'unknown errors are not tried again': [1, 15],
  'passing errors are tried three times': [1, 7],
  'a target that refuses ends it': [1, 13],
  'assign without AllowReassignment': [1, 2],
  'decision from the event instead of EC2': [2, 43],
  'interfaces that EC2 hides are not asked for': [1, 47],
  'absence in one answer is death': [3, 76],
  'a drill unassigns first, and an address on its way is given away': [1, 36],
  'an alarm that is not shown yet is believed to be over': [1, 20],
  'failback takes back what a person moved': [1, 3],
  'an alarm that was updated counts as changed': [7, 77],
  'a tag in capitals means nothing': [1, 168],
  'an event without a readable time is invalid': [1, 10],
  'late and repeated claims are believed': [8, 146],
  'a request is forgotten when it is decided again': [1, 23],
  'alarms that change in turn carry the addresses': [6, 156],
  'texts are cut within a character': [1, 23],
  'a dark time is said where an answer was lost': [2, 38],
  'the application need not answer': [1, 139],
  'the application has no time to start': [3, 85],
  'a task gives up before its function does': [1, 5],
};

let templates: readonly string[] = [];
beforeAll(() => {
  templates = CONFIGS.map(({ config }) => synthesize(config));
});

test.each(BROKEN_BUILDS)(`a build with $name is caught within ${AT_MOST} histories`, async ({ name, make }) => {
  const [seed, from] = FOUND_BY[name] ?? [1, 0];
  const to = name in FOUND_BY ? from + 1 : AT_MOST;
  expect(to).toBeLessThanOrEqual(AT_MOST);
  const found = await findViolation({ seed, from, to, templates: templates.map(make) });
  expect(found).not.toBeNull();
});
