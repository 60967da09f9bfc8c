import { DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import type { Plan } from '../../../functions/shared/plan';
import { type Before, FIRST_PASS } from '../../../functions/verify-instance-state/before';
import { standingPlan } from '../../../functions/verify-instance-state/unread';
import { A, B, C, cluster, holders, plan, vips } from '../notify/builders';
import { ec2Error, interfaces } from '../support/ec2';

const ec2 = mockClient(EC2Client);
beforeEach(() => {
  ec2.reset();
  ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces());
});

const three = cluster({ nodes: [A, B, C] });
const UNREAD = ec2Error('SomethingNobodyHasSeen');
const HOMELESS: Before = { ...FIRST_PASS, pass: 2, mayHaveChanged: true, mayBeHomeless: true };
const source = (healthy: boolean) => [
  { networkInterfaceId: A.networkInterfaceId, instanceId: A.instanceId, addresses: ['10.0.0.5'], healthy },
];

/** A plan from A, which is down unless `changes` say otherwise, to B. */
function last(changes: Partial<Plan> = {}): Plan {
  const nodes = [A, B, C].map(({ instanceId, networkInterfaceId }) => ({
    instanceId,
    networkInterfaceId,
    problems: [],
  }));
  return plan({ cluster: three, nodes, heldBefore: holders(three, A), ...changes });
}

const stands = (before: Before = HOMELESS, from: Plan | undefined = last(), retryCount = 5, error: Error = UNREAD) =>
  standingPlan(new EC2Client({}), from, before, retryCount, error);

test('the last decision stands, and says what could not be read', async () => {
  expect(
    await stands({ ...HOMELESS, attempts: [{ instanceId: B.instanceId, error: 'Lambda.Unknown', message: 'x' }] }),
  ).toEqual({
    ...last(),
    explanation: expect.stringMatching(
      /does not say how the nodes are \(SomethingNobodyHasSeen.*stands: HOLDER_UNHEALTHY/,
    ),
    sources: [],
    holders: holders(three, null),
    findings: [{ severity: 'warning', code: 'NOT_READ', detail: expect.stringContaining('SomethingNobodyHasSeen') }],
    pass: 2,
    attempts: [expect.objectContaining({ instanceId: B.instanceId })],
    mayHaveChanged: true,
    mayBeHomeless: true,
  });
});

test('only where it lasts; a lack of permission does', async () => {
  await expect(stands(HOMELESS, last(), 4)).rejects.toBe(UNREAD);
  expect(await stands(HOMELESS, last(), 0, ec2Error('UnauthorizedOperation', 403))).toMatchObject({ action: 'MOVE' });
});

describe('needed is what brings an address off nobody, or off a node that was down', () => {
  const kept: Before = { ...HOMELESS, mayBeHomeless: false };
  test('a holder that was down, and stays the holder in the plan', async () => {
    expect(await stands(kept, last({ sources: source(false) }))).toMatchObject({ holders: last().holders });
  });
  test('an address on nobody, whoever took it off', async () => {
    expect(await stands(kept, last({ sources: [], holders: holders(three, null) }))).toMatchObject({ action: 'MOVE' });
  });
  test('one address on nobody, beside one on a healthy node', async () => {
    const held = [...holders(three, A), ...holders(three, null)];
    expect(await stands(kept, last({ sources: source(true), holders: held }))).toMatchObject({ holders: held });
  });
  test('what an earlier pass of this execution may have taken off, though the nodes were well', async () => {
    expect(await stands(HOMELESS, last({ sources: source(true) }))).toMatchObject({ holders: holders(three, null) });
  });
  test('one holder that was down, beside one that was not', async () => {
    const sources = [...source(true), ...source(false)];
    expect(await stands(kept, last({ sources }))).toMatchObject({ action: 'MOVE' });
  });
  test('once more, where the plan stood already', async () => {
    const stood = await stands(kept, last({ sources: source(false) }));
    expect(await stands({ ...kept, pass: 3 }, stood)).toMatchObject({ action: 'MOVE', pass: 3 });
  });
  test('not a move off healthy nodes, a rehearsal, or a first decision', async () => {
    await expect(stands(kept, last({ sources: source(true) }))).rejects.toBe(UNREAD);
    await expect(stands(kept, last({ action: 'REHEARSE', sources: source(false) }))).rejects.toBe(UNREAD);
    await expect(standingPlan(new EC2Client({}), undefined, FIRST_PASS, 9, UNREAD)).rejects.toBe(UNREAD);
  });
});

describe('the destination', () => {
  const refused = ({ instanceId }: typeof A) => ({ instanceId, error: 'TargetCannotHold', message: 'No room.' });
  test('that refused gives way to the next node that was fit', async () => {
    const before = { ...HOMELESS, attempts: [refused(B)] };
    const sick = {
      instanceId: A.instanceId,
      networkInterfaceId: A.networkInterfaceId,
      problems: [{ code: 'NOT_RUNNING' as const, detail: 'stopped' }],
    };
    const nodes = [sick, ...last().nodes.slice(1)];
    expect(await stands(before, last({ nodes }))).toMatchObject({ destination: { instanceId: C.instanceId } });
    await expect(stands({ ...HOMELESS, attempts: [refused(B), refused(C)] }, last({ nodes }))).rejects.toBe(UNREAD);
  });
  test('that the last decision did not have is the first node that was fit', async () => {
    const { destination } = await stands(HOMELESS, last({ destination: null }));
    const { instanceId, networkInterfaceId } = A;
    expect(destination).toEqual({ instanceId, networkInterfaceId, instanceType: 'unknown' });
  });
});

describe('a look at the addresses', () => {
  const shown = (node: typeof A) => ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node }));
  test('that shows them where they were, or where they go, changes nothing', async () => {
    for (const node of [A, B]) {
      shown(node);
      expect(await stands()).toMatchObject({ destination: { instanceId: B.instanceId } });
    }
  });
  test('that shows that somebody moved them ends it', async () => {
    shown(C);
    await expect(stands()).rejects.toBe(UNREAD);
  });
  test('compares each address with where that one was', async () => {
    const two = cluster({ nodes: [A, B, C], virtualIps: vips(2) });
    const [first] = holders(two, A);
    const [, onC] = holders(two, C);
    const apart = last({ cluster: two, heldBefore: [first, onC] as Plan['heldBefore'] });
    const show = (one: typeof A, other: typeof A) =>
      ec2
        .on(DescribeNetworkInterfacesCommand)
        .resolves(interfaces({ node: one }, { node: other, address: '10.0.0.6' }));
    show(A, C);
    expect(await stands(HOMELESS, { ...apart, holders: holders(two, null) })).toMatchObject({ action: 'MOVE' });
    show(C, A);
    await expect(stands(HOMELESS, { ...apart, holders: holders(two, null) })).rejects.toBe(UNREAD);
  });
  test('that EC2 does not allow either leaves them on nobody for all that is known', async () => {
    ec2.on(DescribeNetworkInterfacesCommand).rejects(UNREAD);
    expect(await stands()).toMatchObject({ holders: holders(three, null), destination: { instanceId: B.instanceId } });
  });
});
