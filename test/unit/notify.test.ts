import './support/quiet';
import { DescribeInstancesCommand, DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../functions/notify';
import { logger } from '../../functions/shared/logger';
import type { NotifyInput, Plan } from '../../functions/shared/types';
import { A, B, cluster } from './support/clusters';
import { ec2Error, instances, interfaces } from './support/ec2';
import { ENDINGS, failure, lambdaError } from './support/notices';
import { assigned, execution, plan, rehearsal, succeeded, unassigned } from './support/plans';

const ec2 = mockClient(EC2Client);
const sns = mockClient(SNSClient);
let written: string[] = [];

beforeEach(() => {
  process.env.TOPIC_ARN = 'arn:aws:sns:eu-central-1:111122223333:failover';
  process.env.LOCALE = 'en';
  process.env.METRICS_NAMESPACE = 'VipFailover';
  ec2.reset();
  sns.reset();
  ec2.on(DescribeInstancesCommand).resolves(instances([A, 'stopped'], [B, 'running']));
  ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: A }));
  sns.on(PublishCommand).resolves({ MessageId: 'message-1' });
  written = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
});
afterEach(() => jest.restoreAllMocks());

const published = () => sns.commandCalls(PublishCommand).map(({ args }) => args[0].input);
const metrics = () => written.map((line) => JSON.parse(line));

const silentCheck = rehearsal({ mode: 'check', trigger: 'schedule', notify: false });
const failed = (changes: Parameters<typeof failure>[3] = {}) =>
  failure('', lambdaError('NoHealthyStandby', 'No node.'), null, changes).input;
const CHECK = { cluster: 'mail', mode: 'check' };

describe('one message an outcome', () => {
  test.each([
    ['FAILED_OVER', succeeded(), 'failover'],
    ['DRILLED', succeeded(plan({ mode: 'drill', trigger: 'request' })), 'drill'],
    ['REHEARSED', succeeded(rehearsal()), 'rehearsal'],
    [
      'NOTHING_TO_DO',
      succeeded(plan({ action: 'NONE', target: null }), { kind: 'NOTHING_TO_DO', verified: null }),
      'failover',
    ],
    ['FAILED', failed(), 'failover'],
    ['FAILED_OVER', succeeded(plan({ mode: 'check', trigger: 'schedule' })), 'check'],
  ])('%s, with attributes for subscription filters', async (outcome, input, mode) => {
    await expect(handler(input)).resolves.toMatchObject({ outcome, messageId: 'message-1' });
    expect(published()).toHaveLength(1);
    expect(published()[0]).toMatchObject({
      TopicArn: process.env.TOPIC_ARN,
      MessageAttributes: {
        cluster: { DataType: 'String', StringValue: 'mail' },
        outcome: { DataType: 'String', StringValue: outcome },
        mode: { DataType: 'String', StringValue: mode },
      },
    });
  });

  test.each(['en', 'ja'])('every ending can be told in %s', async (language) => {
    process.env.LOCALE = language;
    for (const { input } of ENDINGS) await handler(input);
    expect(published().map(({ Message }) => Message)).toHaveLength(ENDINGS.length);
    for (const { Subject, Message } of published()) {
      expect(`${Subject}${Message}`).not.toMatch(/undefined|null\b(?! 入力|, not an object)|\[object/);
    }
  });

  test('an input that nobody understands is told as unknown', async () => {
    await handler(failed({ input: 'junk', clusters: [cluster()] }));
    expect(published()[0]?.MessageAttributes).toMatchObject({
      cluster: { StringValue: 'unknown' },
      mode: { StringValue: 'unknown' },
    });
    expect(ec2.calls()).toHaveLength(0);
  });

  test('Japanese where the stack says so, and an error where it says something else', async () => {
    process.env.LOCALE = 'ja';
    await handler(succeeded());
    expect(published()[0]?.Subject).toBe('フェイルオーバーが起動されました。');
    process.env.LOCALE = 'fr';
    await expect(handler(succeeded())).rejects.toThrow(/LOCALE is "fr".*"en" or "ja"/);
    delete process.env.TOPIC_ARN;
    await expect(handler(succeeded())).rejects.toThrow(/TOPIC_ARN is missing/);
    process.env.LOCALE = 'en';
    await expect(handler(succeeded())).rejects.toThrow(/TOPIC_ARN is missing and LOCALE is "en"/);
  });

  test('English where the stack says nothing', async () => {
    delete process.env.LOCALE;
    await handler(succeeded());
    expect(published()[0]?.Subject).toContain('moved');
  });

  test('a message without an ID was sent all the same', async () => {
    sns.on(PublishCommand).resolves({});
    await expect(handler(succeeded())).resolves.toMatchObject({ messageId: '' });
  });
});

describe('a failure', () => {
  test('looks where the addresses are', async () => {
    await handler(failed());
    expect(ec2.calls()).toHaveLength(2);
    expect(published()[0]?.Message).toContain(`10.0.0.5: on ${A.networkInterfaceId} (${A.instanceId}, stopped)`);
  });
  test('that could not look says so in the log, too', async () => {
    const warn = jest.spyOn(logger, 'warn').mockImplementation();
    ec2.on(DescribeInstancesCommand).rejects(ec2Error('UnauthorizedOperation', 403));
    await handler(failed());
    const lookError = 'UnauthorizedOperation: EC2 says UnauthorizedOperation.';
    expect(warn.mock.calls).toEqual([['looking failed', { lookError }]]);
  });
  test('is told also when looking fails', async () => {
    ec2.on(DescribeInstancesCommand).rejects(ec2Error('UnauthorizedOperation', 403));
    await expect(handler(failed())).resolves.toMatchObject({ outcome: 'FAILED', messageId: 'message-1' });
    expect(published()[0]?.Message).toContain('This could not be found out: UnauthorizedOperation');
  });
  test('knows the cluster from the pass before when the last one had no plan', async () => {
    const previous = { plan: plan(), unassigned: unassigned(), assigned: null, error: lambdaError('TargetLost', 'x') };
    const { reading: _reading, ...input } = failed({ previous });
    await handler(input);
    expect(published()[0]?.MessageAttributes?.cluster?.StringValue).toBe('mail');
  });
  test('success looks at nothing: the proof is in the input', async () => {
    await handler(succeeded());
    expect(ec2.calls()).toHaveLength(0);
  });
});

describe('who is not told', () => {
  const checking = plan({ mode: 'check', trigger: 'schedule' });
  const puttingBack = (attempts: Plan['attempts']) => ({
    ...checking,
    reason: 'ELASTIC_IP_MISSING' as const,
    attempts,
  });
  const nothing = unassigned({ released: [], releasedAt: null });
  test('a silent check sends nothing and is counted', async () => {
    await expect(handler(succeeded(silentCheck))).resolves.toMatchObject({ outcome: 'CHECKED', messageId: null });
    expect(published()).toHaveLength(0);
  });
  test.each<[string, Parameters<typeof failed>[0]]>([
    ['before it had a plan', { input: CHECK }],
    ['in the silent rehearsal of unassign', { plan: silentCheck }],
    [
      'in the silent rehearsal of the proof',
      {
        plan: silentCheck,
        unassigned: unassigned({ released: [], releasedAt: null }),
        assigned: assigned({ assigned: [], assignedAt: null }),
      },
    ],
    [
      'to put an Elastic IP back, time and again',
      {
        plan: puttingBack([{ instanceId: B.instanceId, error: 'ElasticIpMissing' }]),
        unassigned: nothing,
        assigned: assigned(),
        error: lambdaError('ElasticIpNotAssociated', 'x'),
      },
    ],
    [
      'in the silent rehearsal of assign, unanswered',
      {
        plan: silentCheck,
        unassigned: unassigned({ released: [], releasedAt: null }),
        error: lambdaError('TransientAwsError', 'x'),
      },
    ],
    [
      'because EC2 refused its assignment',
      { plan: checking, unassigned: nothing, error: lambdaError('UnauthorizedOperation', 'x') },
    ],
    ['to repair, without having changed anything', { plan: plan({ mode: 'check', trigger: 'schedule' }) }],
    [
      'when it decided again, and its plan before had grown old',
      {
        input: CHECK,
        previous: {
          plan: plan({ mode: 'check', trigger: 'schedule' }),
          unassigned: null,
          assigned: null,
          error: lambdaError('PlanStale', 'x'),
        },
      },
    ],
  ])('a check that fails %s sends nothing: the readiness alarm says it', async (_when, changes) => {
    await expect(handler(failed(changes))).resolves.toMatchObject({ outcome: 'FAILED', messageId: null });
    expect(published()).toHaveLength(0);
    expect(metrics()[0]).toMatchObject({ Ready: 0 });
  });
  test('a check that somebody asked for wrongly is told', async () => {
    const input = { cluster: 'nobody', mode: 'check' };
    await handler(failed({ input, plan: null, error: lambdaError('InvalidInput', 'cluster is "nobody"') }));
    expect(published()).toHaveLength(1);
  });
  test.each<[string, Parameters<typeof failed>[0]]>([
    ['took an address off', { plan: checking, unassigned: unassigned() }],
    ['assigned an address', { plan: checking, unassigned: nothing, assigned: assigned() }],
    [
      'took an address off in the pass before',
      {
        input: CHECK,
        previous: {
          plan: checking,
          unassigned: unassigned(),
          assigned: null,
          error: lambdaError('TargetCannotHold', 'x'),
        },
      },
    ],
    [
      'assigned an address in the pass before',
      {
        input: CHECK,
        previous: { plan: checking, unassigned: nothing, assigned: null, error: lambdaError('TargetLost', 'x') },
      },
    ],
    [
      'was overtaken in the pass before',
      {
        input: CHECK,
        previous: { plan: checking, unassigned: nothing, assigned: null, error: lambdaError('Superseded', 'x') },
      },
    ],
    [
      'got no answer to its assignment',
      { plan: checking, unassigned: nothing, error: lambdaError('TransientAwsError', 'x') },
    ],
    [
      'got no answer to its assignment in the pass before, whose plan grew old',
      {
        input: CHECK,
        previous: { plan: checking, unassigned: nothing, assigned: null, error: lambdaError('PlanStale', 'x') },
      },
    ],
    [
      'could not put an Elastic IP on in the pass before',
      {
        input: CHECK,
        previous: { plan: checking, unassigned: nothing, assigned: null, error: lambdaError('ElasticIpMissing', 'x') },
      },
    ],
    [
      'moved an address and could not associate its Elastic IP',
      {
        plan: checking,
        unassigned: nothing,
        assigned: assigned(),
        error: lambdaError('ElasticIpNotAssociated', 'x'),
      },
    ],
    [
      'put an Elastic IP back, and was overtaken by another node',
      {
        plan: puttingBack([
          { instanceId: B.instanceId, error: 'ElasticIpMissing' },
          { instanceId: A.instanceId, error: 'Superseded' },
        ]),
        unassigned: nothing,
        assigned: null,
        error: lambdaError('ElasticIpNotAssociated', 'x'),
      },
    ],
    [
      'put an Elastic IP back, and met another error',
      {
        plan: puttingBack([]),
        unassigned: nothing,
        assigned: assigned(),
        error: lambdaError('NotConverged', 'x'),
      },
    ],
    ['left an address homeless long ago', { plan: { ...checking, homelessSince: '2026-01-31T12:00:00.000Z' } }],
  ])('a check that failed after it %s is told', async (_what, changes) => {
    await expect(handler(failed(changes))).resolves.toMatchObject({ messageId: 'message-1' });
  });
});

describe('a notice that cannot be sent', () => {
  test('is an error of its own, so that the workflow can tell', async () => {
    sns.on(PublishCommand).rejects(Object.assign(new Error('no'), { name: 'AuthorizationErrorException' }));
    await expect(handler(succeeded())).rejects.toMatchObject({ name: 'AuthorizationErrorException' });
    expect(metrics()).toHaveLength(0);
  });
  test('is logged', async () => {
    const logged = jest.spyOn(logger, 'error').mockImplementation();
    const error = Object.assign(new Error('no'), { name: 'NotFoundException' });
    sns.on(PublishCommand).rejects(error);
    await expect(handler(succeeded())).rejects.toBe(error);
    expect(logged.mock.calls).toEqual([['failed', error]]);
  });
  test('is transient when SNS is down', async () => {
    sns
      .on(PublishCommand)
      .rejects(Object.assign(new Error('no'), { name: 'InternalErrorException', $metadata: { httpStatusCode: 500 } }));
    await expect(handler(succeeded())).rejects.toMatchObject({
      name: 'TransientAwsError',
      message: expect.stringContaining('Publish: InternalErrorException'),
    });
  });
});

describe('metrics in the log', () => {
  const at = (ms: number) => new Date(Date.parse('2026-01-31T12:00:00Z') + ms).toISOString();
  const timed = (changes: Partial<NotifyInput> = {}, of = plan({ eventTime: at(0) })) =>
    succeeded(of, {
      unassigned: unassigned({ releasedAt: at(2_000) }),
      assigned: assigned({ assignedAt: at(2_400) }),
      verified: { verifiedAt: at(3_000), holders: [], findings: [] },
      ...changes,
    });

  test('one line in embedded metric format, as CloudWatch reads it', async () => {
    await handler(timed());
    expect(written).toHaveLength(1);
    expect(written[0]?.endsWith('}\n')).toBe(true);
    expect(metrics()[0]).toEqual({
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          {
            Namespace: 'VipFailover',
            Dimensions: [['Cluster', 'Outcome']],
            Metrics: [{ Name: 'Outcomes', Unit: 'Count' }],
          },
          {
            Namespace: 'VipFailover',
            Dimensions: [['Cluster']],
            Metrics: [
              { Name: 'EventToVerified', Unit: 'Milliseconds' },
              { Name: 'DarkTime', Unit: 'Milliseconds' },
            ],
          },
        ],
      },
      Cluster: 'mail',
      Outcome: 'FAILED_OVER',
      Outcomes: 1,
      EventToVerified: 3_000,
      DarkTime: 400,
    });
  });

  test('what has no durations has no metrics of them', async () => {
    await handler(failed());
    const { _aws, ...values } = metrics()[0];
    expect(values).toEqual({ Cluster: 'mail', Outcome: 'FAILED', Outcomes: 1 });
    expect(_aws.CloudWatchMetrics).toHaveLength(1);
  });
  test('readiness is a count', async () => {
    await handler(succeeded(silentCheck));
    expect(metrics()[0]._aws.CloudWatchMetrics[1].Metrics).toEqual([{ Name: 'Ready', Unit: 'Count' }]);
  });
  test('the namespace is what the stack says', async () => {
    const namespace = async () => {
      written = [];
      await handler(succeeded());
      return metrics()[0]._aws.CloudWatchMetrics.map(({ Namespace }: { Namespace: string }) => Namespace);
    };
    process.env.METRICS_NAMESPACE = 'Mine';
    expect(await namespace()).toEqual(['Mine', 'Mine']);
    delete process.env.METRICS_NAMESPACE;
    expect(await namespace()).toEqual(['VipFailover', 'VipFailover']);
  });
  test('an execution of no known cluster is counted as unknown', async () => {
    await handler(failed({ input: 'junk' }));
    expect(metrics()[0].Cluster).toBe('unknown');
  });

  test('dark time is what the execution itself caused', async () => {
    const dark = async (input: NotifyInput) => (await handler(input)).darkTimeMs;
    expect(await dark(timed({ unassigned: unassigned({ released: [], releasedAt: null }) }))).toBe(0);
    expect(await dark(timed({}, plan({ homelessSince: at(500) })))).toBe(1_900);
    expect(await dark(timed({ unassigned: unassigned({ releasedAt: at(9_000) }) }))).toBe(0);
  });
  test('without an event the time counts from the start of the execution', async () => {
    const input = timed({ execution: { ...execution(), startTime: at(1_000) } }, plan({ eventTime: null }));
    expect((await handler(input)).eventToVerifiedMs).toBe(2_000);
  });
  test('durations belong to moves only', async () => {
    await expect(handler(failed())).resolves.toMatchObject({ eventToVerifiedMs: null, darkTimeMs: null });
    await expect(handler(succeeded(rehearsal()))).resolves.toMatchObject({ eventToVerifiedMs: null, darkTimeMs: null });
  });

  const problem = { severity: 'problem', code: 'NO_ROOM', detail: 'x' } as const;
  const warning = { severity: 'warning', code: 'NO_RESERVATION', detail: 'x' } as const;
  test.each<[string, NotifyInput, number | undefined]>([
    ['a good check', succeeded(silentCheck), 1],
    ['a check with a warning', succeeded(silentCheck, { unassigned: unassigned({ findings: [warning] }) }), 1],
    ['a check that found a problem', succeeded(silentCheck, { assigned: assigned({ findings: [problem] }) }), 0],
    ['a plan with a problem', succeeded({ ...silentCheck, findings: [problem] }), 0],
    ['a check that failed', failed({ input: CHECK }), 0],
    ['a repair that leaves no standby', succeeded(plan({ mode: 'check', trigger: 'schedule' })), 0],
    [
      'a repair that leaves a standby',
      succeeded(
        plan({
          mode: 'check',
          trigger: 'schedule',
          nodes: [
            { ...A, problems: [] },
            { ...B, problems: [] },
          ],
        }),
      ),
      1,
    ],
    ['a failover by event', succeeded(), undefined],
    ['a rehearsal by hand', succeeded(rehearsal()), undefined],
  ])('readiness: %s', async (_name, input, expected) => {
    await handler(input);
    expect(metrics()[0].Ready).toBe(expected);
  });
});

test('the audit log has one line an outcome: from, to, who, why', async () => {
  const info = jest.spyOn(logger, 'info').mockImplementation();
  await handler(succeeded(plan({ requestedBy: 'alice', trigger: 'request', mode: 'drill', reason: 'REQUESTED' })));
  expect(info.mock.calls).toEqual([
    [
      'outcome',
      {
        outcome: 'DRILLED',
        from: A.instanceId,
        to: B.instanceId,
        reason: 'REQUESTED',
        requestedBy: 'alice',
        triggeredBy: 'request',
        error: null,
        findings: [],
        eventToVerifiedMs: expect.any(Number),
        darkTimeMs: expect.any(Number),
      },
    ],
  ]);
});

test('the audit log names every holder and collects the findings of all states', async () => {
  const info = jest.spyOn(logger, 'info').mockImplementation();
  const finding = (detail: string) => ({ severity: 'warning', code: 'NO_RESERVATION', detail }) as const;
  const holder = { address: '10.0.0.5', networkInterfaceId: null, instanceId: null, elasticIpAllocationId: null };
  const heldBefore = [{ ...holder, ...A }, { ...holder, networkInterfaceId: 'eni-0b' }, holder];
  await handler(
    succeeded(plan({ heldBefore, findings: [finding('1')] }), {
      unassigned: unassigned({ findings: [finding('2')] }),
      assigned: assigned({ findings: [finding('3')] }),
      verified: { verifiedAt: new Date().toISOString(), holders: [], findings: [finding('4')] },
    }),
  );
  expect(info.mock.calls[0]?.[1]).toMatchObject({
    from: `${A.instanceId},eni-0b,nobody`,
    findings: ['1', '2', '3', '4'].map(finding),
  });
});

test('the audit log of a failure has its error', async () => {
  const info = jest.spyOn(logger, 'info').mockImplementation();
  await handler(failed());
  expect(info.mock.calls[0]?.[1]).toMatchObject({
    to: null,
    reason: 'NoHealthyStandby',
    error: 'NoHealthyStandby',
    findings: [],
  });
});

test('every line of the log carries the execution, the cluster and the mode', async () => {
  const appendKeys = jest.spyOn(logger, 'appendKeys').mockImplementation();
  const resetKeys = jest.spyOn(logger, 'resetKeys').mockImplementation();
  await handler(succeeded());
  expect(appendKeys.mock.calls).toEqual([[{ executionId: execution().id, cluster: 'mail', mode: 'failover' }]]);
  expect(resetKeys).toHaveBeenCalledTimes(1);
});
