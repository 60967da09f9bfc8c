import '../support/quiet';
import { DescribeInstancesCommand, DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import type { VerifyEniOutput } from '../../../functions/shared/contract';
import type { Attempt, Plan } from '../../../functions/shared/plan';
import { VERIFY_SETTLED_RETRIES } from '../../../functions/shared/timing';
import { verify } from '../../../functions/verify-eni/verify';
import { A, assigned, B, C, cluster, ELASTIC, ELASTIC_IP, plan, SUBNET, vips } from '../notify/builders';
import { enteredNow } from '../support/clock';
import { instances, interfaces, type OnInterface, THROTTLED } from '../support/ec2';
import { NOW } from '../support/facts';

const ec2 = mockClient(EC2Client);

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  ec2.reset();
  ec2.on(DescribeInstancesCommand).resolves(instances([A, 'stopped'], [B, 'running'], [C, 'running']));
  shows({ node: B });
});
afterEach(() => jest.useRealTimers());

function shows(...found: readonly OnInterface[]): void {
  ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces(...found));
}

/** Runs to the end with a clock that jumps over the pauses. */
async function run(of: Plan = plan(), retryCount = 0, refusals: readonly string[] = []): Promise<VerifyEniOutput> {
  const result = verify(new EC2Client({}), {
    execution: enteredNow(1, retryCount),
    plan: of,
    assigned: assigned({ refusals }),
  });
  result.catch(() => undefined);
  await jest.advanceTimersByTimeAsync(5_000);
  return result;
}

const SETTLED = VERIFY_SETTLED_RETRIES;
const looks = () => ec2.commandCalls(DescribeNetworkInterfacesCommand).length;
const two = cluster({ virtualIps: vips(2) });
const three = cluster({ nodes: [A, B, C] });
const attempt = ({ instanceId }: typeof A, error: string): Attempt => ({
  instanceId,
  error,
  message: `${error} it said.`,
});

test('a move that EC2 shows at once is proven with two calls', async () => {
  expect(await run()).toEqual({
    verifiedAt: new Date(NOW).toISOString(),
    holders: [
      {
        address: '10.0.0.5',
        networkInterfaceId: B.networkInterfaceId,
        instanceId: B.instanceId,
        elasticIpAllocationId: null,
      },
    ],
    findings: [],
  });
  expect(ec2.commandCalls(DescribeNetworkInterfacesCommand)[0]?.args[0].input.Filters).toEqual([
    { Name: 'subnet-id', Values: [SUBNET] },
    { Name: 'addresses.private-ip-address', Values: ['10.0.0.5'] },
  ]);
  expect(ec2.calls()).toHaveLength(2);
});

test('a move that shows late is looked at again, soon and then less often', async () => {
  const times: number[] = [];
  ec2.on(DescribeNetworkInterfacesCommand).callsFake(() => {
    times.push(Date.now() - NOW);
    return times.length < 4 ? interfaces({ node: A }) : interfaces({ node: B });
  });
  await expect(run()).resolves.toMatchObject({ holders: [{ instanceId: B.instanceId }] });
  expect(times).toEqual([0, 100, 300, 700]);
});

describe('no proof', () => {
  test.each<[string, readonly OnInterface[]]>([
    ['the address is on nobody', []],
    ['the address is still on the old holder', [{ node: A }]],
    ['the address is on both', [{ node: A }, { node: B }]],
    ['the address is on both, the target first', [{ node: B }, { node: A }]],
    ['the address is primary on the target', [{ node: B, primary: true }]],
    ['the interface is being detached', [{ node: B, attached: false }]],
    ['the interface is attached to another instance', [{ node: { ...B, instanceId: C.instanceId } }]],
    ['the address is on another interface of the target', [{ node: { ...B, networkInterfaceId: 'eni-0b' } }]],
  ])('while %s', async (_what, found) => {
    shows(...found);
    await expect(run()).rejects.toMatchObject({ name: 'NotConverged' });
    expect(looks()).toBe(6);
  });
  test('while an answer lacks the target: absence is not death', async () => {
    ec2.on(DescribeInstancesCommand).resolves(instances([A, 'stopped']));
    await expect(run()).rejects.toMatchObject({
      name: 'NotConverged',
      message: `EC2 does not show the whole move yet: ${B.instanceId} is not shown running with ${B.networkInterfaceId} attached. Looking again.`,
    });
    expect(looks()).toBe(6);
  });
  test('and the error says of each address where it is', async () => {
    shows({ node: A }, { node: B });
    await expect(run(plan({ cluster: two }))).rejects.toThrow(
      `EC2 does not show the whole move yet: 10.0.0.5 is on ${A.networkInterfaceId}, ${B.networkInterfaceId}; 10.0.0.6 is on no interface. Looking again.`,
    );
  });
  test('while one of three addresses is missing, and the error says which', async () => {
    shows({ node: B }, { node: B, address: '10.0.0.6' }, { node: A, address: '10.0.0.7' });
    await expect(run(plan({ cluster: cluster({ virtualIps: vips(3) }) }))).rejects.toThrow(
      `yet: 10.0.0.7 is on ${A.networkInterfaceId}. Looking`,
    );
  });
});

describe('Elastic IPs', () => {
  const REFUSAL = `EC2 refused to associate ${ELASTIC_IP} with 10.0.0.5: InvalidParameterValue: no.`;
  const there = `The addresses are on ${B.instanceId}, but ${ELASTIC_IP} is not on 10.0.0.5.`;
  const asked = { cluster: ELASTIC, attempts: [attempt(B, 'ElasticIpMissing')] };

  test.each([undefined, 'eipalloc-0ffff'])(
    'no proof while %s is on the address instead of the configured one',
    async (elasticIp) => {
      shows(elasticIp === undefined ? { node: B } : { node: B, elasticIp });
      await expect(run(plan({ cluster: ELASTIC }))).rejects.toThrow(`${ELASTIC_IP} is not on 10.0.0.5`);
    },
  );
  test('proof when it is there', async () => {
    shows({ node: B, elasticIp: ELASTIC_IP });
    await expect(run(plan({ cluster: ELASTIC }))).resolves.toMatchObject({
      holders: [{ elasticIpAllocationId: ELASTIC_IP }],
    });
  });
  test('what EC2 refused is no refusal any more when it is there', async () => {
    shows({ node: B, elasticIp: ELASTIC_IP });
    await expect(run(plan({ cluster: ELASTIC }), SETTLED, [REFUSAL])).resolves.toBeDefined();
  });
  test.each<[string, Partial<Plan>, number, readonly string[], string, string]>([
    ['is looked at again while reads may lag', {}, SETTLED - 1, [REFUSAL], 'NotConverged', 'Looking again.'],
    ['is associated again when it stays so', {}, SETTLED, [], 'ElasticIpMissing', `${there} Deciding again.`],
    [
      'is associated again when EC2 refused',
      {},
      SETTLED,
      [REFUSAL],
      'ElasticIpMissing',
      `${there} ${REFUSAL} Deciding again.`,
    ],
    [
      'is associated again when that was so on another node',
      { attempts: [attempt(C, 'ElasticIpMissing')] },
      SETTLED,
      [],
      'ElasticIpMissing',
      `${there} Deciding again.`,
    ],
    [
      'is associated again when this node was overtaken before',
      { attempts: [attempt(B, 'Superseded')] },
      SETTLED,
      [],
      'ElasticIpMissing',
      `${there} Deciding again.`,
    ],
    ['is an error when EC2 refused again', asked, SETTLED, [REFUSAL], 'ElasticIpNotAssociated', `${there} ${REFUSAL}`],
    ['is an error when it is gone again', asked, SETTLED, [], 'ElasticIpNotAssociated', there],
  ])('one that is missing %s', async (_what, changes, retryCount, refusals, name, message) => {
    await expect(run(plan({ cluster: ELASTIC, ...changes }), retryCount, refusals)).rejects.toMatchObject({
      name,
      message: expect.stringContaining(message),
    });
  });
  test('an error is the whole truth, and nothing more', async () => {
    await expect(run(plan(asked), SETTLED)).rejects.toMatchObject({ message: there });
  });

  describe('of several addresses', () => {
    const other = 'eipalloc-00000000000000002';
    const both = cluster({
      virtualIps: [
        { address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP },
        { address: '10.0.0.6', elasticIpAllocationId: other },
      ],
    });
    const on = (first: object, second: object) =>
      shows({ node: B, ...first }, { node: B, address: '10.0.0.6', ...second });
    test('are proven each on its own', async () => {
      on({ elasticIp: ELASTIC_IP }, { elasticIp: other });
      await expect(run(plan({ cluster: both }))).resolves.toMatchObject({ holders: [{}, {}] });
    });
    test('are not proven when they have changed places', async () => {
      on({ elasticIp: other }, { elasticIp: ELASTIC_IP });
      await expect(run(plan({ cluster: both }))).rejects.toMatchObject({ name: 'NotConverged' });
    });
    test('are all named when they are missing, with all that EC2 said', async () => {
      on({}, {});
      await expect(run(plan({ ...asked, cluster: both }), SETTLED, ['One.', 'Two.'])).rejects.toThrow(
        `but ${ELASTIC_IP} is not on 10.0.0.5; ${other} is not on 10.0.0.6. One. Two.`,
      );
    });
  });
  test('are not asked for while an address is elsewhere', async () => {
    const of = cluster({
      nodes: [A, B, C],
      virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }, { address: '10.0.0.6' }],
    });
    shows({ node: B }, { node: C, address: '10.0.0.6' });
    await expect(run(plan({ ...asked, cluster: of }), SETTLED)).rejects.toMatchObject({
      name: 'NotConverged',
      message: expect.not.stringContaining(ELASTIC_IP),
    });
  });
  describe('that EC2 refused because the address was moved on', () => {
    test.each<[string, readonly OnInterface[], string]>([
      ['to nobody', [], 'no interface'],
      ['to a node that does not run', [{ node: A }], A.networkInterfaceId],
    ])('%s: the race is lost, and that is decided again', async (_where, found, on) => {
      shows(...found);
      await expect(run(plan({ cluster: ELASTIC }), SETTLED, [REFUSAL])).rejects.toMatchObject({
        name: 'Superseded',
        message: `${REFUSAL} Now 10.0.0.5 is on ${on}. Deciding again.`,
      });
    });
    test('is told of all of them', async () => {
      const of = cluster({ virtualIps: [...ELASTIC.virtualIps, { address: '10.0.0.6' }] });
      shows();
      await expect(run(plan({ cluster: of }), SETTLED, ['One.', 'Two.'])).rejects.toThrow(
        'One. Two. Now 10.0.0.5 is on no interface; 10.0.0.6 is on no interface. Deciding again.',
      );
    });
    test('is believed only when reads have settled', async () => {
      shows();
      await expect(run(plan({ cluster: ELASTIC }), SETTLED - 1, [REFUSAL])).rejects.toMatchObject({
        name: 'NotConverged',
      });
    });
    test('is less than that the target died', async () => {
      ec2.on(DescribeInstancesCommand).resolves(instances([A, 'running'], [B, 'stopped']));
      await expect(run(plan({ cluster: ELASTIC }), SETTLED, [REFUSAL])).rejects.toMatchObject({ name: 'TargetLost' });
    });
  });
  test('what was refused for an address that another execution moved on does not matter', async () => {
    shows({ node: C, elasticIp: ELASTIC_IP });
    const of = cluster({ nodes: [A, B, C], virtualIps: ELASTIC.virtualIps });
    await expect(run(plan({ ...asked, cluster: of }), SETTLED, [REFUSAL])).rejects.toMatchObject({
      name: 'Superseded',
      message: expect.stringContaining(`All addresses are on ${C.instanceId}`),
    });
  });
});

describe('a target that died', () => {
  test.each(['stopping', 'stopped', 'terminated', 'shutting-down', 'pending'] as const)(
    'and is %s is lost',
    async (state) => {
      ec2.on(DescribeInstancesCommand).resolves(instances([A, 'stopped'], [B, state]));
      await expect(run()).rejects.toMatchObject({
        name: 'TargetLost',
        message: `${B.instanceId} is not running with ${B.networkInterfaceId} attached any more. Deciding again.`,
      });
      expect(looks()).toBe(1);
    },
  );
  test('or that lost its interface is lost', async () => {
    ec2.on(DescribeInstancesCommand).resolves(instances([{ ...B, networkInterfaceId: 'eni-0b' }, 'running']));
    await expect(run()).rejects.toMatchObject({ name: 'TargetLost' });
  });
});

describe('another execution moved the addresses on', () => {
  beforeEach(() => shows({ node: C }));
  test('to another ready node of the cluster: that is Superseded, once reads have settled', async () => {
    await expect(run(plan({ cluster: three }), SETTLED)).rejects.toMatchObject({
      name: 'Superseded',
      message: `All addresses are on ${C.instanceId}, which is running: another execution moved them there. Deciding again.`,
    });
    expect(looks()).toBe(1);
  });
  test('proves nothing while reads may lag', async () => {
    await expect(run(plan({ cluster: three }), SETTLED - 1)).rejects.toMatchObject({ name: 'NotConverged' });
  });
  test('does not count when they are on the target and its Elastic IP alone is missing', async () => {
    shows({ node: B });
    await expect(run(plan({ cluster: { ...ELASTIC, nodes: [A, B, C] } }), SETTLED)).rejects.toMatchObject({
      name: 'ElasticIpMissing',
    });
  });
  test('is another one than the target, which has them, but not alone', async () => {
    shows({ node: A }, { node: B });
    await expect(run(plan({ cluster: three }), SETTLED)).rejects.toMatchObject({ name: 'NotConverged' });
  });
  test('counts also when there are several', async () => {
    shows({ node: C }, { node: C, address: '10.0.0.6' });
    await expect(run(plan({ cluster: { ...three, virtualIps: vips(2) } }), SETTLED)).rejects.toMatchObject({
      name: 'Superseded',
    });
  });
  test('does not count while they are split, or one is on nobody', async () => {
    const of = plan({ cluster: { ...three, virtualIps: vips(2) } });
    await expect(run(of, SETTLED)).rejects.toMatchObject({ name: 'NotConverged' });
    shows({ node: C }, { node: A, address: '10.0.0.6' });
    await expect(run(of, SETTLED)).rejects.toMatchObject({ name: 'NotConverged' });
  });
  test('is Superseded rather than TargetLost, because there is nothing left to repair', async () => {
    ec2.on(DescribeInstancesCommand).resolves(instances([B, 'stopped'], [C, 'running']));
    await expect(run(plan({ cluster: three }), SETTLED)).rejects.toMatchObject({ name: 'Superseded' });
  });
  test('counts only when that node runs', async () => {
    ec2.on(DescribeInstancesCommand).resolves(instances([B, 'running'], [C, 'stopped']));
    await expect(run(plan({ cluster: three }), SETTLED)).rejects.toMatchObject({ name: 'NotConverged' });
  });
});

describe('a person who named another target', () => {
  const drill = (changes: Partial<Plan> = {}) =>
    plan({ cluster: three, mode: 'drill', target: C.instanceId, ...changes });
  const refused = { attempts: [attempt(C, 'TargetCannotHold')] };
  test('is told by an error that it refused, once the addresses are proven safe', async () => {
    await expect(run(drill(refused))).rejects.toMatchObject({
      name: 'TargetRefused',
      message: `${C.instanceId} does not have the addresses (TargetCannotHold: TargetCannotHold it said.). They are safe on ${B.instanceId}, proven by EC2.`,
    });
  });
  test('not before they are', async () => {
    shows();
    await expect(run(drill(refused))).rejects.toMatchObject({ name: 'NotConverged' });
  });
  test('and got it has nothing to be told, also at the second attempt', async () => {
    await expect(run(drill({ ...refused, target: B.instanceId }))).resolves.toBeDefined();
    await expect(run(drill({ attempts: [attempt(B, 'PlanStale')], target: B.instanceId }))).resolves.toBeDefined();
  });
  test('is told what became of it last', async () => {
    const attempts = [attempt(C, 'PlanStale'), ...refused.attempts, attempt(A, 'TargetLost')];
    await expect(run(drill({ attempts }))).rejects.toThrow('(TargetCannotHold: TargetCannotHold it said.)');
  });
  test('that died before it was tried is told what is wrong with it', async () => {
    const { instanceId, networkInterfaceId } = C;
    const problems = [
      { code: 'NOT_RUNNING' as const, detail: 'stopped' },
      { code: 'ALARM' as const, detail: 'disk' },
    ];
    await expect(run(drill({ nodes: [{ instanceId, networkInterfaceId, problems }] }))).rejects.toThrow(
      `${C.instanceId} does not have the addresses (NOT_RUNNING (stopped), ALARM (disk)). They are safe on ${B.instanceId}`,
    );
  });
  test('that was never tried, and is well, is told by the notice of the move', async () => {
    const attempts = [attempt(A, 'PlanStale')];
    await expect(run(drill({ attempts }))).resolves.toBeDefined();
    await expect(run(drill({ attempts, nodes: [] }))).resolves.toBeDefined();
  });
});

test.each([
  ['DescribeInstances', () => ec2.on(DescribeInstancesCommand).rejects(THROTTLED)],
  ['DescribeNetworkInterfaces', () => ec2.on(DescribeNetworkInterfacesCommand).rejects(THROTTLED)],
])('a throttled %s is transient', async (name, throttle) => {
  throttle();
  await expect(run()).rejects.toMatchObject({
    name: 'TransientAwsError',
    message: `${name}: RequestLimitExceeded: EC2 says RequestLimitExceeded.`,
  });
});

test('a move without a destination is a defect, and says so', async () => {
  await expect(run(plan({ destination: null }))).rejects.toThrow(
    'A MOVE plan has no destination. This is a defect of the decision.',
  );
});

test.each([
  [0, 1],
  [1, 0],
])('on retry %d, after a read that was refused, %d further tokens are spent', async (retryCount, count) => {
  ec2.on(DescribeNetworkInterfacesCommand).rejects(THROTTLED);
  await expect(run(plan(), retryCount)).rejects.toThrow('RequestLimitExceeded');
  expect(ec2.commandCalls(DescribeInstancesCommand)).toHaveLength(count);
});
