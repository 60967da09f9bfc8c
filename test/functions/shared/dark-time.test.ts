import type { UnassignIpOutput } from '../../../functions/shared/contract';
import { darkTimeMs, mayHaveUnassigned } from '../../../functions/shared/dark-time';
import type { Plan, StateError } from '../../../functions/shared/plan';
import { A, assigned, B, cluster, holders, LEFT, lambdaError, plan, unassigned } from '../notify/builders';

const source = (healthy: boolean) => ({ ...ids(A), addresses: ['10.0.0.5'], healthy });
const SICK = plan();
const WELL = plan({ sources: [source(true)] });
const ATOMIC = plan({ cluster: cluster({ handover: 'atomic' }) });

function ids({ instanceId, networkInterfaceId }: typeof A) {
  return { instanceId, networkInterfaceId };
}

function refused(error: StateError): UnassignIpOutput {
  return { ...LEFT, refused: error };
}

describe('whether UnassignIp may have taken an address off', () => {
  const lost = refused({ Error: 'States.Timeout', Cause: '' });
  const throttled = (address: string): UnassignIpOutput => ({
    ...refused(lambdaError('TransientAwsError', 'UnassignPrivateIpAddresses: RequestLimitExceeded')),
    kept: [{ address, why: 'HELD_UP' }],
  });
  const denied = refused(lambdaError('UnauthorizedOperation', 'No.'));
  test.each<[string, Plan, UnassignIpOutput | null, boolean]>([
    ['it left no result, and the holder was unhealthy', SICK, null, true],
    ['it left no result, and the holder was healthy', WELL, null, false],
    ['it left no result under an atomic handover', ATOMIC, null, false],
    ['it left no result, and there was no holder', plan({ sources: [] }), null, false],
    [
      'it left no result, and one of two holders was unhealthy',
      plan({ sources: [source(true), source(false)] }),
      null,
      true,
    ],
    ['it released one', SICK, unassigned(), true],
    ['it found one gone', SICK, { ...LEFT, alreadyGone: ['10.0.0.5'] }, true],
    ['it left all in place', SICK, LEFT, false],
    ['it failed, whatever it did before', SICK, lost, true],
    ['it failed, and the holder was healthy', WELL, lost, false],
    ['it failed under an atomic handover', ATOMIC, lost, false],
    ['EC2 denied it', SICK, denied, false],
    ['EC2 throttled it, and all stayed', SICK, throttled('10.0.0.5'), false],
    ['EC2 throttled it, and only another one stayed', SICK, throttled('10.0.0.6'), true],
    ['EC2 denied it for one holder, and released another', SICK, { ...denied, released: ['10.0.0.6'] }, true],
  ])('%s', (_what, of, result, expected) => {
    expect(mayHaveUnassigned(of, result)).toBe(expected);
  });
});

describe('how long a pass left an address without a holder', () => {
  const at = (ms: number) => new Date(Date.parse('2026-01-31T03:14:09.000Z') + ms).toISOString();
  const landed = assigned({ assignedAt: at(400) });
  const released = unassigned({ releasedAt: at(0) });
  const NOBODY = holders(cluster(), null);

  test.each<[string, Plan, UnassignIpOutput | null, ReturnType<typeof assigned> | null, number | null]>([
    ['from the unassign to the assign', SICK, released, landed, 400],
    ['from an unassign of an earlier pass', plan({ homelessSince: at(-1_000) }), released, landed, 1_400],
    [
      'never less than nothing: the two times come from different clocks',
      SICK,
      unassigned({ releasedAt: at(900) }),
      landed,
      0,
    ],
    ['not at all when nothing was taken off', WELL, LEFT, landed, 0],
    ['not at all, yet, when nothing was assigned', SICK, released, null, 0],
    ['not at all in a rehearsal', SICK, released, assigned({ assignedAt: null }), 0],
    [
      'not known when an answer to an assign may be lost',
      SICK,
      released,
      assigned({ assignedAt: at(400), certain: false }),
      null,
    ],
    ['not known when the address was already gone', SICK, { ...LEFT, alreadyGone: ['10.0.0.5'] }, landed, null],
    ['not known when the unassign left no result', SICK, null, landed, null],
    [
      'not known when an earlier pass may have taken it off',
      plan({ ...WELL, mayBeHomeless: true }),
      LEFT,
      landed,
      null,
    ],
    ['not known when nobody held it before', plan({ sources: [], holders: NOBODY }), LEFT, landed, null],
  ])('%s', (_what, of, before, after, expected) => {
    expect(darkTimeMs(of, before, after)).toBe(expected);
  });

  test('known though the other address had no holder before', () => {
    const two = plan({ holders: [...holders(cluster(), A), ...NOBODY] });
    expect(darkTimeMs(two, released, landed)).toBe(400);
    expect(darkTimeMs({ ...two, sources: [] }, LEFT, landed)).toBeNull();
    expect(darkTimeMs(plan({ sources: [], holders: holders(cluster(), B) }), LEFT, landed)).toBe(0);
  });
});
