import '../support/quiet';
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { logger } from '../../../functions/shared/logger';
import {
  type History,
  NO_HISTORY,
  readClaims,
  readHistory,
  readMovesOfLastHour,
  writeClaim,
} from '../../../functions/verify-instance-state/history';
import { A, B, C, cluster } from '../notify/builders';
import { THROTTLED } from '../support/ec2';
import { claim, NOW } from '../support/facts';
import { complete, type Points } from '../support/metrics';

const cloudWatch = mockClient(CloudWatchClient);
const client = new CloudWatchClient({});
const of = cluster({ nodes: [A, B, C], failbackAfterMinutes: 60 });
const { failbackAfterMinutes: _, ...MANUAL } = of;

beforeEach(() => {
  cloudWatch.reset();
  has({});
});
afterEach(() => jest.restoreAllMocks());

/** CloudWatch has these points of the metrics, each so many minutes ago. */
function has(metrics: Readonly<Record<string, Points>>): void {
  const points = Object.entries(metrics).map(([id, all]) => [
    id,
    all.map(([minutes, value]) => [NOW - minutes * 60_000, value] as const),
  ]);
  cloudWatch.on(GetMetricDataCommand).callsFake(complete(Object.fromEntries(points)));
}

const metric = (Namespace: string, MetricName: string, Name: string, Value: string, Period: number, Stat: string) => ({
  Metric: { Namespace, MetricName, Dimensions: [{ Name, Value }] },
  Period,
  Stat,
});

describe('the moves of the last hour', () => {
  const moves = () => readMovesOfLastHour(client, of, NOW);
  const NONE = {
    movedLately: false,
    movesOfLastHour: 0,
    movedTo: [],
    movedFrom: [],
    claimedTo: [],
    personMovedAt: null,
  };
  test('are read by the minute: a minute in which two executions moved the same counts once', async () => {
    has({
      least: [
        [10, 1],
        [40, 1],
      ],
      most: [
        [10, 2],
        [40, 1],
      ],
    });
    const minute = (node: typeof A, minutes: number) => ({ instanceId: node.instanceId, time: NOW - minutes * 60_000 });
    expect(await moves()).toEqual({
      ...NONE,
      movesOfLastHour: 2,
      movedTo: [minute(A, 40), minute(A, 40), minute(A, 10), minute(B, 10)],
    });
    const [input] = asked();
    expect(input?.StartTime).toEqual(new Date(NOW - 3_600_000));
    expect(input?.MetricDataQueries).toEqual([
      { Id: 'least', MetricStat: metric('VipFailover', 'AutomaticMoveTo', 'Cluster', 'mail', 60, 'Minimum') },
      { Id: 'most', MetricStat: metric('VipFailover', 'AutomaticMoveTo', 'Cluster', 'mail', 60, 'Maximum') },
      { Id: 'fromleast', MetricStat: metric('VipFailover', 'AutomaticMoveFrom', 'Cluster', 'mail', 60, 'Minimum') },
      { Id: 'frommost', MetricStat: metric('VipFailover', 'AutomaticMoveFrom', 'Cluster', 'mail', 60, 'Maximum') },
      { Id: 'wantedleast', MetricStat: metric('VipFailover', 'MoveByPerson', 'Cluster', 'mail', 1, 'Minimum') },
      { Id: 'wantedmost', MetricStat: metric('VipFailover', 'MoveByPerson', 'Cluster', 'mail', 1, 'Maximum') },
    ]);
  });
  test('and from where; 0 is from nobody', async () => {
    has({ fromleast: [[10, 0]], frommost: [[10, 3]] });
    expect(await moves()).toEqual({ ...NONE, movedFrom: [{ instanceId: C.instanceId, time: NOW - 600_000 }] });
  });
  test.each<[string, Points, number | null, readonly (typeof A)[]]>([
    ['a person did', [[10, 1]], NOW - 600_000, []],
    ['a claim did, to which node is not known', [[10, 2]], null, []],
    ['a claim of the second node did', [[10, 4]], null, [B, B]],
    [
      'a person, and then a claim',
      [
        [10, 3],
        [20, 1],
      ],
      NOW - 1_200_000,
      [A, A],
    ],
  ])('who wanted the last one: %s', async (_what, wanted, personMovedAt, claimed) => {
    has({ wantedleast: wanted, wantedmost: wanted });
    const claimedTo = claimed.map(({ instanceId }) => ({ instanceId, time: NOW - 600_000 }));
    expect(await moves()).toEqual({ ...NONE, claimedTo, personMovedAt });
  });
  test.each([
    ['the workflow', 'most'],
    ['a person', 'wantedmost'],
  ])(
    'whether %s moved the addresses within five minutes, and the minute that a point stands for',
    async (_who, metric) => {
      has({ [metric]: [[5.9, 1]] });
      expect(await moves()).toMatchObject({ movedLately: true });
      has({ [metric]: [[6, 1]] });
      expect(await moves()).toMatchObject({ movedLately: false });
    },
  );
  test('who wanted them where they were moved nothing', async () => {
    has({ wantedleast: [[2, 0]], wantedmost: [[2, 0]] });
    expect(await moves()).toEqual(NONE);
  });
  test('none at all', async () => {
    expect(await moves()).toEqual(NONE);
  });
});

describe('the claims of a cluster', () => {
  const claims = async (minutes = 5) => ({
    ...NO_HISTORY,
    ...(await readClaims(client, { ...of, dampingMinutes: minutes }, NOW)),
  });
  const second = 1 / 60;
  test('are the points of a second, oldest first', async () => {
    has({
      least: [
        [1, 1],
        [3, 2],
      ],
      most: [
        [1, 1],
        [3, 2],
      ],
    });
    const found = (await claims()).claims.map(({ instanceId, time }) => [instanceId, (NOW - time) / 60_000]);
    expect(found).toEqual([
      [B.instanceId, 3],
      [B.instanceId, 3],
      [A.instanceId, 1],
      [A.instanceId, 1],
    ]);
  });
  test('two nodes in one second are both there', async () => {
    has({ least: [[second, 1]], most: [[second, 3]] });
    expect((await claims()).claims.map(({ instanceId }) => instanceId)).toEqual([A.instanceId, C.instanceId]);
  });
  test('a position that is no node’s, of a configuration before this one, counts for nothing', async () => {
    has({ least: [[1, 9]], most: [[1, 9]] });
    expect((await claims()).claims).toEqual([]);
  });
  test.each([
    [5, 5],
    [0, 2],
    [undefined, 2],
    [60, 60],
  ])('with a damping of %s minutes those of %s minutes are asked for', async (damping, minutes) => {
    await readClaims(client, { ...MANUAL, ...(damping !== undefined && { dampingMinutes: damping }) }, NOW);
    const [input] = asked();
    expect(input?.StartTime).toEqual(new Date(NOW - minutes * 60_000));
    expect(input?.EndTime).toEqual(new Date(NOW + 120_000));
    expect(
      input?.MetricDataQueries?.map(({ MetricStat }) => [
        MetricStat?.Metric?.MetricName,
        MetricStat?.Period,
        MetricStat?.Stat,
      ]),
    ).toEqual([
      ['Claim', 1, 'Minimum'],
      ['Claim', 1, 'Maximum'],
      ['ToldInTurn', 60, 'Maximum'],
    ]);
  });
  test.each([
    ['were', [[4, 1]], NOW - 240_000],
    ['were not', [], null],
  ] as const)('people %s told that they come in turn', async (_what, inturn, toldInTurnAt) => {
    has({ least: [[1, 1]], most: [[1, 1]], inturn });
    expect(await claims()).toMatchObject({ toldInTurnAt });
  });
  test('a claim is written at its own time, to the second, in embedded metric format', () => {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    writeClaim(of, claim(B, { eventTime: '2026-01-31T11:59:07.000Z' }));
    expect(write).toHaveBeenCalledTimes(1);
    const [line] = write.mock.calls[0] ?? [];
    expect(JSON.parse(String(line))).toEqual({
      _aws: {
        Timestamp: Date.parse('2026-01-31T11:59:07.000Z'),
        CloudWatchMetrics: [
          {
            Namespace: 'VipFailover',
            Dimensions: [['Cluster']],
            Metrics: [{ Name: 'Claim', Unit: 'Count', StorageResolution: 1 }],
          },
        ],
      },
      Cluster: 'mail',
      Claim: 2,
    });
    writeClaim(of, claim(B, { eventTime: null }));
    expect(write).toHaveBeenCalledTimes(1);
  });
  test('what cannot be read is not known: a claim is believed then', async () => {
    const warn = jest.spyOn(logger, 'warn').mockReturnValue();
    cloudWatch.on(GetMetricDataCommand).rejects(THROTTLED);
    expect(await claims()).toEqual(NO_HISTORY);
    expect(warn).toHaveBeenCalledTimes(1);
  });
});

const read = async (inCluster = of) => ({ ...NO_HISTORY, ...(await readHistory(client, inCluster, NOW)) });
const asked = () => cloudWatch.commandCalls(GetMetricDataCommand).map(({ args }) => args[0].input);

describe('what is asked for', () => {
  const told = {
    MetricDataQueries: [
      { Id: 'told', MetricStat: metric('VipFailover', 'Told', 'Cluster', 'mail', 60, 'Maximum') },
      { Id: 'event', MetricStat: metric('VipFailover', 'EventLost', 'Cluster', 'mail', 60, 'Sum') },
      { Id: 'chat', MetricStat: metric('VipFailover', 'ChatLost', 'Cluster', 'mail', 60, 'Sum') },
      { Id: 'ready', MetricStat: metric('VipFailover', 'Ready', 'Cluster', 'mail', 60, 'Minimum') },
      { Id: 'unrepaired', MetricStat: metric('VipFailover', 'Unrepaired', 'Cluster', 'mail', 60, 'Minimum') },
      { Id: 'least', MetricStat: metric('VipFailover', 'Claim', 'Cluster', 'mail', 1, 'Minimum') },
      { Id: 'most', MetricStat: metric('VipFailover', 'Claim', 'Cluster', 'mail', 1, 'Maximum') },
      { Id: 'inturn', MetricStat: metric('VipFailover', 'ToldInTurn', 'Cluster', 'mail', 60, 'Maximum') },
    ],
    StartTime: new Date('2026-01-31T09:40:00Z'),
    // EventBridge's clock may be ahead.
    EndTime: new Date(NOW + 120_000),
    ScanBy: 'TimestampDescending',
  };

  test('whether notices, events and chat messages were sent, where people move the addresses back', async () => {
    await read(MANUAL);
    expect(asked()).toEqual([told]);
  });
  test('and where a node claimed, what moved the addresses lately', async () => {
    has({ least: [[3, 2]], most: [[3, 2]] });
    expect(await read(MANUAL)).toMatchObject({
      claims: [{ instanceId: B.instanceId }, { instanceId: B.instanceId }],
      movedTo: [{ instanceId: B.instanceId }, { instanceId: B.instanceId }],
    });
    expect(asked()).toHaveLength(2);
    expect(asked()[1]?.StartTime).toEqual(new Date(NOW - 3_600_000));
  });
  test('and where they move back by themselves, who moved them last and how the preferred node was', async () => {
    await read();
    expect(asked()).toEqual([
      told,
      {
        MetricDataQueries: [
          { Id: 'least', MetricStat: metric('VipFailover', 'AutomaticMoveTo', 'Cluster', 'mail', 300, 'Minimum') },
          { Id: 'most', MetricStat: metric('VipFailover', 'AutomaticMoveTo', 'Cluster', 'mail', 300, 'Maximum') },
          { Id: 'person', MetricStat: metric('VipFailover', 'MoveByPerson', 'Cluster', 'mail', 300, 'Sum') },
        ],
        StartTime: new Date(NOW - 62 * 24 * 60 * 60_000),
        EndTime: new Date(NOW),
        ScanBy: 'TimestampDescending',
      },
      {
        MetricDataQueries: [
          {
            Id: 'failed',
            MetricStat: metric('AWS/EC2', 'StatusCheckFailed', 'InstanceId', A.instanceId, 60, 'Maximum'),
          },
        ],
        StartTime: new Date('2026-01-31T11:30:00Z'),
        EndTime: new Date(NOW),
        ScanBy: 'TimestampDescending',
      },
    ]);
  });
});

describe('whether the readiness alarm is up for something else', () => {
  test.each<[string, Points, Points, boolean]>([
    ['no standby was found a while ago', [[4, 0]], [[4, 0]], true],
    ['for as long as the alarm may be up', [[17, 0]], [], true],
    ['longer ago, the alarm is over', [[18, 0]], [[18, 0]], false],
    ['it is not up', [[4, 1]], [[4, 0]], false],
    [
      'it is up, and people know',
      [[4, 0]],
      [
        [9, 0],
        [4, 1],
      ],
      false,
    ],
    [
      'they knew, and it was well since',
      [[4, 0]],
      [
        [4, 0],
        [9, 1],
      ],
      true,
    ],
    ['nothing is known', [], [], false],
  ])('%s', async (_what, ready, unrepaired, alarmIsTaken) => {
    has({ ready, unrepaired });
    expect(await read(cluster({ checkIntervalMinutes: 5 }))).toMatchObject({ alarmIsTaken });
  });
});

describe('whether a notice was lost', () => {
  test.each<[string, Points, boolean]>([
    [
      'it could not be sent',
      [
        [1, 0],
        [5, 1],
      ],
      true,
    ],
    [
      'a check told it since, in whatever order they come',
      [
        [5, 0],
        [1, 2],
        [9, 0],
      ],
      false,
    ],
    [
      'it could not be sent after what a check told',
      [
        [5, 2],
        [1, 0],
        [9, 1],
      ],
      true,
    ],
    [
      'a notice that is not of a check was sent since',
      [
        [5, 0],
        [1, 1],
      ],
      true,
    ],
    [
      'all were sent',
      [
        [5, 2],
        [1, 1],
      ],
      false,
    ],
    ['none is known', [], false],
  ])('%s', async (_what, told, noticeLost) => {
    has({ told });
    expect((await read(MANUAL)).noticeLost).toBe(noticeLost);
    expect((await read()).noticeLost).toBe(noticeLost);
  });
});

test.each<[Readonly<Record<string, Points>>, History['lost']]>([
  [{}, []],
  [{ event: [[100, 2]] }, ['EVENT_LOST']],
  [{ chat: [[9, 1]] }, ['CHAT_LOST']],
  [{ event: [[1, 1]], chat: [[1, 1]] }, ['EVENT_LOST', 'CHAT_LOST']],
])('what programs and chats missed: %j', async (metrics, lost) => {
  has(metrics);
  expect((await read(MANUAL)).lost).toEqual(lost);
  expect((await read()).lost).toEqual(lost);
});

describe('who moved the addresses last, and whereto', () => {
  const to = (position: number, minutes = 10) =>
    ({ least: [[minutes, position]], most: [[minutes, position]] }) as const;
  test.each<[string, Readonly<Record<string, Points>>, string | null]>([
    ['the workflow, to the second node', to(2), B.instanceId],
    ['the workflow, to the third node', to(3), C.instanceId],
    ['the workflow, after a person', { ...to(2), person: [[11, 1]] }, B.instanceId],
    ['a person, after the workflow', { ...to(2), person: [[9, 1]] }, null],
    ['both at the same time', { ...to(2), person: [[10, 1]] }, null],
    ['the workflow, twice at the same time', { least: [[10, 2]], most: [[10, 3]] }, null],
    ['the workflow, to a node that is no more', to(4), null],
    ['nobody that is known', {}, null],
    ['a person, and nobody else', { person: [[9, 1]] }, null],
    [
      'the workflow, the newest counts',
      {
        least: [
          [50, 3],
          [10, 2],
        ],
        most: [
          [50, 3],
          [10, 2],
        ],
      },
      B.instanceId,
    ],
  ])('%s', async (_what, metrics, movedByItselfTo) => {
    has(metrics);
    expect((await read()).movedByItselfTo).toBe(movedByItselfTo);
  });
  test('is not asked for where people move them back', async () => {
    has(to(2));
    expect(await read(MANUAL)).toMatchObject({ movedByItselfTo: null, preferredFailedLately: null });
  });
});

describe('whether a status check of the preferred node failed lately', () => {
  test.each<[string, Points, boolean]>([
    [
      'it did',
      [
        [50, 0],
        [20, 1],
        [10, 0],
      ],
      true,
    ],
    ['it did not', [[50, 0]], false],
    ['nothing is known of it, since it did not run', [], false],
  ])('%s', async (_what, failed, expected) => {
    has({ failed });
    expect((await read()).preferredFailedLately).toBe(expected);
  });
});

test('what CloudWatch says it could not read is not known', async () => {
  const warn = jest.spyOn(logger, 'warn').mockImplementation();
  cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [{ Id: 'told', StatusCode: 'InternalError' }] });
  expect(await read(MANUAL)).toEqual(NO_HISTORY);
  expect(warn).toHaveBeenCalledTimes(1);
});

test.each([
  ['an error', THROTTLED, 'GetMetricData: RequestLimitExceeded: EC2 says RequestLimitExceeded.'],
  ['anything else', 'odd', 'odd'],
])('what cannot be read, with %s, is logged and not known', async (_what, reason, message) => {
  const warn = jest.spyOn(logger, 'warn').mockImplementation();
  cloudWatch.on(GetMetricDataCommand).callsFake(() => Promise.reject(reason));
  expect(await read()).toEqual(NO_HISTORY);
  expect(warn.mock.calls).toEqual([['reading the metrics failed', expect.objectContaining({ message })]]);
});
