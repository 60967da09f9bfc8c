import type { Played } from '../play';
import { lastClaimIsFollowed } from './claims';
import { type Context, contextOf } from './context';
import { convergence, noSilentLoss } from './convergence';
import { drillsComeToRest, elasticIps, noMoveOnMissingInformation, noTheft, rehearsalsChangeNothing } from './moves';
import { courtesyStopsNothing, deathIsBelieved, nobodyIsNeverTheLastWord } from './nobody';
import { notices } from './notices';
import { proof } from './proof';
import { requestsAreCarriedOut } from './requests';

/** The invariants of docs/reliability.md in their order there, by their short names; each says what violates it. */
const INVARIANTS = {
  proof,
  'no silent loss': noSilentLoss,
  convergence,
  'no theft': noTheft,
  'rehearsals change nothing': rehearsalsChangeNothing,
  notices,
  'elastic ips': elasticIps,
  'drills come to rest': drillsComeToRest,
  'a refused courtesy stops nothing': (context) => [...courtesyStopsNothing(context), ...deathIsBelieved(context)],
  'no move on missing information': noMoveOnMissingInformation,
  'a request is carried out or told': requestsAreCarriedOut,
  'nobody is never the last word': nobodyIsNeverTheLastWord,
  'the last claim is followed': lastClaimIsFollowed,
} as const satisfies Readonly<Record<string, (context: Context) => string[]>>;

export type Invariant = keyof typeof INVARIANTS;

export interface Violation {
  readonly invariant: Invariant;
  readonly says: string;
}

/** Judges a history that was played. An empty list: every invariant holds. */
export function violationsOf(played: Played): readonly Violation[] {
  if (played.stuck !== null) return [{ invariant: 'convergence', says: `It never came to rest: ${played.stuck}` }];
  const context = contextOf(played);
  const found: Violation[] = [];
  for (const [invariant, judge] of Object.entries(INVARIANTS)) {
    if (isInvariant(invariant)) for (const says of judge(context)) found.push({ invariant, says });
  }
  return found;
}

const isInvariant = (name: string): name is Invariant => Object.hasOwn(INVARIANTS, name);
