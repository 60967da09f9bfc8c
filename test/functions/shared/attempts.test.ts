import { attemptsUntil } from '../../../functions/shared/attempts';
import type { Previous } from '../../../functions/shared/contract';
import type { Attempt } from '../../../functions/shared/plan';
import { A, B, destination, lambdaError, plan } from '../notify/builders';

function after(error: string, attempts: readonly Attempt[], at: typeof B | null = B): readonly Attempt[] {
  const tried = plan({ attempts, destination: at === null ? null : destination(at) });
  const previous: Previous = {
    plan: tried,
    unassigned: null,
    assigned: null,
    error: lambdaError(error, `${error} now.`),
  };
  return attemptsUntil(previous);
}

const attempt = ({ instanceId }: typeof B, error: string): Attempt => ({
  instanceId,
  error,
  message: `${error} then.`,
});

test('the target of the pass before is one more, with what its error said', () => {
  expect(after('TargetLost', [])).toEqual([
    { instanceId: B.instanceId, error: 'TargetLost', message: 'TargetLost now.' },
  ]);
});

test('a pass without a target is none', () => {
  const before = [attempt(A, 'TargetLost')];
  expect(after('TransientAwsError', before, null)).toBe(before);
});

test('of the same error of the same node only the last message is kept, and every attempt', () => {
  const refused = attempt(B, 'AssignRefused');
  expect(after('AssignRefused', [refused, attempt(A, 'AssignRefused'), attempt(B, 'PlanStale'), refused])).toEqual([
    { ...refused, message: '' },
    attempt(A, 'AssignRefused'),
    attempt(B, 'PlanStale'),
    { ...refused, message: '' },
    { ...refused, message: 'AssignRefused now.' },
  ]);
});
