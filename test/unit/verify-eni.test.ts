import './support/quiet';
import { DescribeInstancesCommand, DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import type { Plan, VerifyEniOutput } from '../../functions/shared/types';
import { handler } from '../../functions/verify-eni';
import { A, B, C, cluster, ELASTIC_IP, NOW, SUBNET, vips } from './support/clusters';
import { ec2Error, instances, interfaces } from './support/ec2';
import { assigned, execution, plan, rehearsal } from './support/plans';

const ec2 = mockClient(EC2Client);

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  ec2.reset();
  ec2.on(DescribeInstancesCommand).resolves(instances([A, 'stopped'], [B, 'running'], [C, 'running']));
  ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: B }));
});
afterEach(() => jest.useRealTimers());

/** Runs to the end with a clock that jumps over the pauses. */
async function run(
  of: Plan,
  assignedAt: string | null = new Date(Date.now()).toISOString(),
  refusals: readonly string[] = [],
): Promise<VerifyEniOutput> {
  const result = handler({ execution: execution(), plan: of, assigned: assigned({ assignedAt, refusals }) });
  result.catch(() => undefined);
  await jest.advanceTimersByTimeAsync(5_000);
  return result;
}
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const looks = () => ec2.commandCalls(DescribeNetworkInterfacesCommand).length;
const three = cluster({ nodes: [A, B, C] });

test('a move that EC2 shows at once is proven with two filtered calls', async () => {
  const output = await run(plan());
  expect(output).toEqual({
    verifiedAt: new Date(NOW).toISOString(),
    holders: [{ address: '10.0.0.5', ...B, elasticIpAllocationId: null }],
    findings: [],
  });
  expect(ec2.commandCalls(DescribeNetworkInterfacesCommand)[0]?.args[0].input.Filters).toEqual([
    { Name: 'subnet-id', Values: [SUBNET] },
    { Name: 'addresses.private-ip-address', Values: ['10.0.0.5'] },
  ]);
  expect(ec2.commandCalls(DescribeInstancesCommand)[0]?.args[0].input).toEqual({
    Filters: [{ Name: 'instance-id', Values: [A.instanceId, B.instanceId] }],
  });
  expect(ec2.calls()).toHaveLength(2);
});

test('a move that shows late is looked at again, soon and then less often', async () => {
  const times: number[] = [];
  ec2.on(DescribeNetworkInterfacesCommand).callsFake(() => {
    times.push(Date.now() - NOW);
    return times.length < 4 ? interfaces({ node: A }) : interfaces({ node: B });
  });
  await expect(run(plan())).resolves.toMatchObject({ holders: [{ ...B }] });
  expect(times).toEqual([0, 100, 300, 700]);
});

test.each([
  ['the address is on nobody', interfaces()],
  ['the address is still on the old holder', interfaces({ node: A })],
  ['the address is on both', interfaces({ node: A }, { node: B })],
  ['the address is on both, the target first', interfaces({ node: B }, { node: A })],
  ['the address is primary on the target', interfaces({ node: B, primary: true })],
  ['the interface is being detached', interfaces({ node: B, attached: false })],
  ['the interface is attached to another instance', interfaces({ node: { ...B, instanceId: C.instanceId } })],
  ['the address is on another interface of the target', interfaces({ node: { ...B, networkInterfaceId: 'eni-0b' } })],
])('no proof while %s', async (_name, answer) => {
  ec2.on(DescribeNetworkInterfacesCommand).resolves(answer);
  await expect(run(plan())).rejects.toMatchObject({ name: 'NotConverged' });
  expect(looks()).toBe(6);
});

test('the error says of each address where it is', async () => {
  const of = cluster({ virtualIps: vips(2) });
  ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: A }, { node: B }));
  await expect(run(plan({}, of))).rejects.toThrow(
    `10.0.0.5 is on ${A.networkInterfaceId}, ${B.networkInterfaceId}; 10.0.0.6 is on no interface. Looking again.`,
  );
});

test('no proof while one of three addresses is missing, and the error says which', async () => {
  ec2
    .on(DescribeNetworkInterfacesCommand)
    .resolves(interfaces({ node: B }, { node: B, address: '10.0.0.6' }, { node: A, address: '10.0.0.7' }));
  await expect(run(plan({}, cluster({ virtualIps: vips(3) })))).rejects.toThrow(
    `10.0.0.7 is on ${A.networkInterfaceId}`,
  );
});

describe('Elastic IPs', () => {
  const of = cluster({ virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }] });
  test.each([undefined, 'eipalloc-0ffff'])(
    'no proof while %s is on the address instead of the configured one',
    async (elasticIp) => {
      const on = elasticIp === undefined ? { node: B } : { node: B, elasticIp };
      ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces(on));
      await expect(run(plan({}, of))).rejects.toThrow(`${ELASTIC_IP} is not on 10.0.0.5`);
    },
  );
  test('proof when it is there', async () => {
    ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: B, elasticIp: ELASTIC_IP }));
    await expect(run(plan({}, of))).resolves.toMatchObject({ holders: [{ elasticIpAllocationId: ELASTIC_IP }] });
  });
  test('what EC2 refused is no refusal any more when the Elastic IP is there', async () => {
    ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: B, elasticIp: ELASTIC_IP }));
    await expect(run(plan({}, of), ago(11_000), [REFUSAL])).resolves.toMatchObject({ holders: [{ ...B }] });
  });

  const REFUSAL = `EC2 refused to associate ${ELASTIC_IP} with 10.0.0.5: InvalidParameterValue: no.`;
  const asked = [{ instanceId: B.instanceId, error: 'ElasticIpMissing' }];
  const there = `The addresses are on ${B.instanceId}, but ${ELASTIC_IP} is not on 10.0.0.5.`;
  test.each<[string, string, Plan['attempts'], number, readonly string[], string, string]>([
    ['is looked at again', 'reads may lag', [], 10_000 - 3_001, [REFUSAL], 'NotConverged', 'Looking again.'],
    ['is associated again', 'it stays so', [], 10_001, [], 'ElasticIpMissing', `${there} Deciding again.`],
    [
      'is associated again',
      'EC2 refused',
      [],
      10_001,
      [REFUSAL],
      'ElasticIpMissing',
      `${there} ${REFUSAL} Deciding again.`,
    ],
    [
      'is associated again',
      'that was so on another node',
      [{ instanceId: C.instanceId, error: 'ElasticIpMissing' }],
      10_001,
      [REFUSAL],
      'ElasticIpMissing',
      `${there} ${REFUSAL} Deciding again.`,
    ],
    [
      'is associated again',
      'this node was overtaken before',
      [{ instanceId: B.instanceId, error: 'Superseded' }],
      10_001,
      [REFUSAL],
      'ElasticIpMissing',
      `${there} ${REFUSAL} Deciding again.`,
    ],
    ['is an error', 'EC2 refused again', asked, 10_001, [REFUSAL], 'ElasticIpNotAssociated', `${there} ${REFUSAL}`],
    ['is an error', 'it is gone again', asked, 10_001, [], 'ElasticIpNotAssociated', there],
  ])('one that is missing %s when %s', async (_what, _when, attempts, age, refusals, name, message) => {
    ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: B }));
    await expect(run(plan({ attempts }, of), ago(age), refusals)).rejects.toMatchObject({
      name,
      message: expect.stringContaining(message),
    });
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
      ec2
        .on(DescribeNetworkInterfacesCommand)
        .resolves(interfaces({ node: B, ...first }, { node: B, address: '10.0.0.6', ...second }));
    test('are proven each on its own', async () => {
      on({ elasticIp: ELASTIC_IP }, { elasticIp: other });
      await expect(run(plan({}, both))).resolves.toMatchObject({ holders: [{ ...B }, { ...B }] });
    });
    test('are not proven when they have changed places', async () => {
      on({ elasticIp: other }, { elasticIp: ELASTIC_IP });
      await expect(run(plan({}, both))).rejects.toMatchObject({ name: 'NotConverged' });
    });
    test('are all named when they are missing, with all that EC2 said', async () => {
      on({}, {});
      await expect(run(plan({ attempts: asked }, both), ago(10_001), ['One.', 'Two.'])).rejects.toThrow(
        `but ${ELASTIC_IP} is not on 10.0.0.5; ${other} is not on 10.0.0.6. One. Two.`,
      );
    });
  });
  test('is not asked for while an address is elsewhere', async () => {
    const two = cluster({
      nodes: [A, B, C],
      virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }, { address: '10.0.0.6' }],
    });
    ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: B }, { node: C, address: '10.0.0.6' }));
    await expect(run(plan({ attempts: asked }, two), ago(11_000))).rejects.toMatchObject({
      name: 'NotConverged',
      message: expect.not.stringContaining(ELASTIC_IP),
    });
  });
  describe('that EC2 refused because its address was moved on', () => {
    test.each([
      ['to nobody', [], 'no interface'],
      ['to a node that does not run', [{ node: A }], A.networkInterfaceId],
    ])('%s: the race is lost, and that is decided again', async (_where, found, on) => {
      ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces(...found));
      await expect(run(plan({}, of), ago(10_001), [REFUSAL])).rejects.toMatchObject({
        name: 'Superseded',
        message: `${REFUSAL} Now 10.0.0.5 is on ${on}. Deciding again.`,
      });
    });
    test('is told of all of them', async () => {
      const two = cluster({ virtualIps: [...of.virtualIps, { address: '10.0.0.6' }] });
      ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces());
      await expect(run(plan({}, two), ago(10_001), ['One.', 'Two.'])).rejects.toThrow(
        'One. Two. Now 10.0.0.5 is on no interface; 10.0.0.6 is on no interface. Deciding again.',
      );
    });
    test('is believed only when reads have settled', async () => {
      ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces());
      await expect(run(plan({}, of), ago(6_999), [REFUSAL])).rejects.toMatchObject({ name: 'NotConverged' });
    });
    test('is less than that the target died', async () => {
      ec2.on(DescribeInstancesCommand).resolves(instances([A, 'running'], [B, 'stopped']));
      await expect(run(plan({}, of), ago(10_001), [REFUSAL])).rejects.toMatchObject({ name: 'TargetLost' });
    });
  });
  test('what was refused for an address that another execution moved on does not matter', async () => {
    const nodes = cluster({ nodes: [A, B, C], virtualIps: of.virtualIps });
    ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: C, elasticIp: ELASTIC_IP }));
    await expect(run(plan({ attempts: asked }, nodes), ago(11_000), [REFUSAL])).rejects.toMatchObject({
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
      await expect(run(plan())).rejects.toMatchObject({ name: 'TargetLost' });
      expect(looks()).toBe(1);
    },
  );
  test('and that EC2 does not know any more is lost', async () => {
    ec2.on(DescribeInstancesCommand).resolves(instances([A, 'stopped']));
    await expect(run(plan())).rejects.toMatchObject({
      name: 'TargetLost',
      message: `${B.instanceId} is not running with ${B.networkInterfaceId} attached any more. Deciding again.`,
    });
  });

  const attached = { Attachment: { Status: 'attached' as const } };
  const mine = { NetworkInterfaceId: B.networkInterfaceId };
  const other = { NetworkInterfaceId: 'eni-0b' };
  const running = { InstanceId: B.instanceId, State: { Name: 'running' as const } };
  test.each([
    ['says nothing of its state', { InstanceId: B.instanceId }],
    ['shows no interface', running],
    ['shows only another interface', { ...running, NetworkInterfaces: [{ ...other, ...attached }] }],
    ['says nothing of the attachment', { ...running, NetworkInterfaces: [{ ...other, ...attached }, mine] }],
    [
      'shows its interface on another instance',
      { ...running, InstanceId: C.instanceId, NetworkInterfaces: [{ ...mine, ...attached }] },
    ],
  ])('and of which EC2 %s is lost', async (_name, instance) => {
    ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{}, { Instances: [instance] }] });
    await expect(run(plan())).rejects.toMatchObject({ name: 'TargetLost' });
  });
  test('is not said of one that has a second interface', async () => {
    const NetworkInterfaces = [other, { ...mine, ...attached }];
    ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [{ ...running, NetworkInterfaces }] }] });
    await expect(run(plan())).resolves.toMatchObject({ holders: [{ ...B }] });
  });
});

describe('all addresses on another running node', () => {
  beforeEach(() => void ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: C })));
  test('another execution was later, when reads have surely settled', async () => {
    await expect(run(plan({}, three), ago(10_001))).rejects.toMatchObject({ name: 'Superseded' });
  });
  test('is named by the error', async () => {
    await expect(run(plan({}, three), ago(10_001))).rejects.toThrow(
      `All addresses are on ${C.instanceId}, which is running: another execution moved them there.`,
    );
  });
  test('is believed only when reads are more than 10 s younger than the assignment', async () => {
    await expect(run(plan({}, three), ago(10_000))).rejects.toMatchObject({ name: 'Superseded' });
    expect(looks()).toBe(2);
  });
  test('does not count when they are on the target and its Elastic IP alone is missing', async () => {
    const of = cluster({ nodes: [A, B, C], virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }] });
    ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: B }));
    await expect(run(plan({}, of), ago(11_000))).rejects.toMatchObject({
      name: 'ElasticIpMissing',
      message: expect.stringContaining(`${ELASTIC_IP} is not on 10.0.0.5`),
    });
  });
  test('is another one than the target, which has them, but not alone', async () => {
    ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: A }, { node: B }));
    await expect(run(plan({}, three), ago(11_000))).rejects.toMatchObject({ name: 'NotConverged' });
  });
  test('counts also when there are several', async () => {
    const of = cluster({ nodes: [A, B, C], virtualIps: vips(2) });
    ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: C }, { node: C, address: '10.0.0.6' }));
    await expect(run(plan({}, of), ago(11_000))).rejects.toMatchObject({ name: 'Superseded' });
  });
  test('does not count while they are split', async () => {
    const of = cluster({ nodes: [A, B, C], virtualIps: vips(2) });
    ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: C }, { node: A, address: '10.0.0.6' }));
    await expect(run(plan({}, of), ago(11_000))).rejects.toMatchObject({ name: 'NotConverged' });
  });
  test('proves nothing while reads may lag', async () => {
    await expect(run(plan({}, three), ago(1_000))).rejects.toMatchObject({ name: 'NotConverged' });
  });
  test('is Superseded rather than TargetLost, because there is nothing left to repair', async () => {
    ec2.on(DescribeInstancesCommand).resolves(instances([B, 'stopped'], [C, 'running']));
    await expect(run(plan({}, three), ago(11_000))).rejects.toMatchObject({ name: 'Superseded' });
  });
  test('counts only when that node runs', async () => {
    ec2.on(DescribeInstancesCommand).resolves(instances([B, 'running'], [C, 'stopped']));
    await expect(run(plan({}, three), ago(11_000))).rejects.toMatchObject({ name: 'NotConverged' });
  });
  test('counts only when it has all of them', async () => {
    const of = cluster({ nodes: [A, B, C], virtualIps: vips(2) });
    await expect(run(plan({}, of), ago(11_000))).rejects.toMatchObject({ name: 'NotConverged' });
  });
});

describe('a person who named another target', () => {
  const attempts = [{ instanceId: C.instanceId, error: 'TargetCannotHold' }];
  test('is told by an error that it refused, once the addresses are proven safe', async () => {
    const drill = plan({ mode: 'drill', requestedTarget: C.instanceId, attempts }, three);
    await expect(run(drill)).rejects.toMatchObject({
      name: 'TargetRefused',
      message: expect.stringContaining(`safe on ${B.instanceId}`),
    });
  });
  test('not before they are', async () => {
    ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces());
    const drill = plan({ mode: 'drill', requestedTarget: C.instanceId, attempts }, three);
    await expect(run(drill)).rejects.toMatchObject({ name: 'NotConverged' });
  });
  test('and got it has nothing to be told', async () => {
    await expect(run(plan({ requestedTarget: B.instanceId, attempts }, three))).resolves.toBeDefined();
  });
  test('and got it at the second attempt has nothing to be told either', async () => {
    const stale = [{ instanceId: B.instanceId, error: 'PlanStale' }];
    await expect(run(plan({ requestedTarget: B.instanceId, attempts: stale }, three))).resolves.toBeDefined();
  });
  test('is told what became of it last', async () => {
    const tried = [{ instanceId: C.instanceId, error: 'ElasticIpMissing' }, ...attempts];
    await expect(run(plan({ requestedTarget: C.instanceId, attempts: tried }, three))).rejects.toThrow(
      `${C.instanceId} does not have the addresses (TargetCannotHold). They are safe on ${B.instanceId}`,
    );
  });
  test('that was never tried is told by the notice of the move', async () => {
    const others = [{ instanceId: A.instanceId, error: 'PlanStale' }];
    await expect(run(plan({ requestedTarget: C.instanceId, attempts: others }, three))).resolves.toBeDefined();
  });
});

test('a throttled read is transient', async () => {
  ec2.on(DescribeInstancesCommand).rejects(ec2Error('RequestLimitExceeded', 503));
  await expect(run(plan())).rejects.toMatchObject({
    name: 'TransientAwsError',
    message: expect.stringContaining('DescribeInstances: RequestLimitExceeded'),
  });
});

test('a move without a target is a defect, and says so', async () => {
  await expect(run(plan({ target: null }))).rejects.toThrow('A MOVE plan has no target');
});

describe('a rehearsal', () => {
  test('reads the same, once, and says where the addresses are', async () => {
    ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: A }));
    const output = await run(rehearsal(), null);
    expect(output).toMatchObject({ holders: [{ ...A }], findings: [] });
    expect(ec2.calls()).toHaveLength(2);
  });
  test('finds a target that could not be proven ready', async () => {
    ec2.on(DescribeInstancesCommand).resolves(instances([A, 'running'], [B, 'stopping']));
    expect((await run(rehearsal(), null)).findings).toEqual([
      {
        severity: 'problem',
        code: 'TargetUnhealthy',
        detail: `${B.instanceId} is not running with ${B.networkInterfaceId} attached`,
      },
    ]);
  });
  test('without a target has none to find fault with', async () => {
    expect((await run(rehearsal({ target: null }), null)).findings).toEqual([]);
  });
});
