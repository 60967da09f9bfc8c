import { outcomeQuery } from '../../../../infra/audit-query';
import { accessKeyOfRole } from '../../../../local/emulator/kernel/caller';
import { VirtualClock } from '../../../../local/emulator/kernel/clock';
import { ACCOUNT, type Cloud, cloud, REGION, resource, role, signed, template } from '../services-harness';

const arnOf = (name: string) => `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${name}`;
const group = (name: string, properties: Record<string, unknown> = {}) =>
  resource('AWS::Logs::LogGroup', name, properties, { physicalId: name, arn: `${arnOf(name)}:*` });

const START = Date.UTC(2026, 0, 1);
/** A line in the group "steps" each second, the first one at START. */
const LINES = ['plain words', '{"message":"outcome","n":10,"to":{"id":["i-1"]}}', '{"message":"outcome","n":9}', 'END'];

function given(...roles: ReturnType<typeof role>[]) {
  const clock = new VirtualClock(START);
  const aws = cloud({ clock, template: template(group('steps', { RetentionInDays: 365 }), group('empty'), ...roles) });
  for (const [second, line] of LINES.entries())
    clock.setTimeout(() => aws.timeline.add({ type: 'log', group: 'steps', line }), second * 1_000);
  clock.setTimeout(() => aws.timeline.add({ type: 'log', group: '/aws/lambda/more', line: 'more' }), 5_000);
  let over = false;
  clock.setTimeout(() => {
    over = true;
  }, 6_000);
  return { aws, clock, written: () => clock.run(() => over, START + 10_000) };
}

async function ask({ aws, clock }: { aws: Cloud; clock: VirtualClock }, action: string, body: object, key?: string) {
  const { headers, ...request } = signed(JSON.stringify(body), 'logs', key);
  let answer: Awaited<ReturnType<Cloud['services']['dispatch']>> | undefined;
  aws.services
    .dispatch({ ...request, headers: { ...headers, 'x-amz-target': `Logs_20140328.${action}` } })
    .then((each) => {
      answer = each;
    });
  await clock.run(() => answer !== undefined, clock.now() + 10_000);
  if (answer === undefined || answer === 'reset') throw new Error('There is no answer.');
  return JSON.parse(answer.body);
}

/** A cloud whose lines are written, and what asks it. */
async function written(...roles: ReturnType<typeof role>[]) {
  const parts = given(...roles);
  await parts.written();
  return (action: string, body: object = {}, key?: string) => ask(parts, action, body, key);
}

const messages = ({ events }: { events: { message: string }[] }) => events.map(({ message }) => message);
const steps = { logGroupName: 'steps' };

test('the template’s groups are described, and those that were only written to', async () => {
  const asked = await written();
  const { logGroups, nextToken } = await asked('DescribeLogGroups');
  expect(logGroups.map(({ logGroupName }: { logGroupName: string }) => logGroupName)).toEqual([
    '/aws/lambda/more',
    'empty',
    'steps',
  ]);
  expect(nextToken).toBeUndefined();
  expect(logGroups[2]).toEqual({
    logGroupName: 'steps',
    creationTime: START,
    retentionInDays: 365,
    metricFilterCount: 0,
    arn: `${arnOf('steps')}:*`,
    logGroupArn: arnOf('steps'),
    storedBytes: 0,
    logGroupClass: 'STANDARD',
  });
  expect(logGroups[0].creationTime).toBe(START + 5_000);
  const some = await asked('DescribeLogGroups', { logGroupNamePattern: 'ST', logGroupNamePrefix: 's' });
  expect(some.logGroups).toHaveLength(1);
  const page = await asked('DescribeLogGroups', { limit: 2 });
  expect(page.logGroups).toHaveLength(2);
  expect(await asked('DescribeLogGroups', { limit: 2, nextToken: page.nextToken })).toEqual({
    logGroups: [logGroups[2]],
  });
});

test('a group has one stream as soon as it has a line', async () => {
  const asked = await written();
  expect(await asked('DescribeLogStreams', { ...steps, orderBy: 'LastEventTime', descending: true })).toMatchObject({
    logStreams: [{ logStreamName: 'local', firstEventTimestamp: START, lastEventTimestamp: START + 3_000 }],
  });
  expect(await asked('DescribeLogStreams', { logGroupName: 'empty' })).toEqual({ logStreams: [] });
  expect(await asked('DescribeLogStreams', { ...steps, logStreamNamePrefix: 'x' })).toEqual({ logStreams: [] });
});

test('an answer has at most a mebibyte of lines, and one at least', async () => {
  const parts = given();
  await parts.written();
  const long = (bytes: number) => 'x'.repeat(bytes);
  for (const line of [long(2_000_000), long(600_000), long(600_000)])
    parts.aws.timeline.add({ type: 'log', group: 'empty', line });
  const lengths: number[][] = [];
  let nextToken: string | undefined;
  do {
    const page = await ask(parts, 'FilterLogEvents', { logGroupName: 'empty', nextToken });
    lengths.push(messages(page).map(({ length }) => length));
    nextToken = page.nextToken;
  } while (nextToken);
  expect(lengths).toEqual([[2_000_000], [600_000], [600_000]]);
});

test('lines are filtered by time, up to and with the end, in pages', async () => {
  const asked = await written();
  const range = { startTime: START + 1_000, endTime: START + 3_000, interleaved: true };
  const { events, nextToken } = await asked('FilterLogEvents', { ...steps, ...range, limit: 2 });
  expect(events[0]).toEqual({
    logStreamName: 'local',
    timestamp: START + 1_000,
    message: LINES[1],
    ingestionTime: START + 1_000,
    eventId: expect.stringMatching(/^\d{56}$/),
  });
  const rest = await asked('FilterLogEvents', { ...steps, ...range, nextToken });
  expect([...messages({ events }), ...messages(rest)]).toEqual(LINES.slice(1));
  expect(rest.nextToken).toBeUndefined();
  expect(messages(await asked('FilterLogEvents', { logGroupIdentifier: `${arnOf('steps')}:*` }))).toEqual(LINES);
});

test.each([
  ['a word', 'plain', [0]],
  ['two words', 'plain words', [0]],
  ['a phrase', '"plain words"', [0]],
  ['all but a word', '-outcome', [0, 3]],
  ['either of two', '?plain ?END', [0, 3]],
  ['a field', '{ $.message = "outcome" }', [1, 2]],
  ['a field with a wildcard', '{ $.message = "out*" }', [1, 2]],
  ['a number, and a path', '{ ($.n = 10) && ($.to.id[0] = "i-*") }', [1]],
  ['another number', '{ $.message = outcome && $.n != 10 }', [2]],
  ['alternatives', '{ ($.n = 9) || ($.n = 10) && ($.message = "other") }', [2]],
  ['nothing', '', [0, 1, 2, 3]],
])('a filter pattern with %s', async (_, filterPattern, places) => {
  const asked = await written();
  expect(messages(await asked('FilterLogEvents', { ...steps, filterPattern }))).toEqual(places.map((at) => LINES[at]));
});

test.each([
  ['a regular expression', '%out%'],
  ['terms with ? beside others', 'plain ?END'],
  ['a comparison', '{ $.n > 9 }'],
  ['a condition in another', '{ ($.n = 9 || ($.n = 10)) }'],
  ['columns', '[a, b]'],
])('a filter pattern with %s is refused', async (_, filterPattern) => {
  const asked = await written();
  expect(await asked('FilterLogEvents', { ...steps, filterPattern })).toMatchObject({
    __type: 'InvalidParameterException',
  });
});

test('a stream is read from its end, or from its head, and on by tokens', async () => {
  const asked = await written();
  const stream = { ...steps, logStreamName: 'local' };
  const last = await asked('GetLogEvents', { ...stream, limit: 2 });
  expect(messages(last)).toEqual(LINES.slice(2));
  expect(messages(await asked('GetLogEvents', { ...stream, nextToken: last.nextBackwardToken }))).toEqual(
    LINES.slice(0, 2),
  );
  const first = await asked('GetLogEvents', { ...stream, startFromHead: true, limit: 3 });
  expect(messages(first)).toEqual(LINES.slice(0, 3));
  const end = await asked('GetLogEvents', { ...stream, nextToken: first.nextForwardToken });
  expect(messages(end)).toEqual(LINES.slice(3));
  const beyond = await asked('GetLogEvents', { ...stream, nextToken: end.nextForwardToken });
  expect(beyond).toEqual({ events: [], nextForwardToken: end.nextForwardToken, nextBackwardToken: 'b/4' });
  // The end does not belong to it.
  const range = { startTime: START + 1_000, endTime: START + 3_000 };
  expect(messages(await asked('GetLogEvents', { ...stream, ...range }))).toEqual(LINES.slice(1, 3));
});

const HOUR = { startTime: START / 1_000, endTime: START / 1_000 + 3_600 };

async function rowsOf(asked: Awaited<ReturnType<typeof written>>, queryString: string, more: object = {}) {
  const { queryId } = await asked('StartQuery', { ...steps, ...HOUR, queryString, ...more });
  const { status, results, statistics } = await asked('GetQueryResults', { queryId });
  expect(status).toBe('Complete');
  const rows = results.map((row: { field: string; value: string }[]) =>
    Object.fromEntries(row.flatMap(({ field, value }) => (field === '@ptr' ? [] : [[field, value]]))),
  );
  return { rows, statistics };
}

test('the stack’s saved query runs', async () => {
  const parts = given();
  await parts.written();
  const line = { message: 'outcome', outcome: 'MOVED', cluster: 'mail', addresses: ['10.0.0.5'], to: null, told: true };
  parts.aws.timeline.add({ type: 'log', group: 'steps', line: JSON.stringify({ ...line, outcome: 'CHECKED' }) });
  parts.aws.timeline.add({ type: 'log', group: 'steps', line: JSON.stringify(line) });
  const { rows, statistics } = await rowsOf(
    (action, body) => ask(parts, action, body ?? {}),
    outcomeQuery.join('\n| '),
  );
  expect(rows).toEqual([
    {
      '@timestamp': '2026-01-01 00:00:06.000',
      cluster: 'mail',
      outcome: 'MOVED',
      'addresses.0': '10.0.0.5',
      told: 'true',
    },
    { '@timestamp': '2026-01-01 00:00:02.000' },
    { '@timestamp': '2026-01-01 00:00:01.000' },
  ]);
  expect(statistics).toMatchObject({ recordsMatched: 3, recordsScanned: 6 });
});

test('a query sorts numbers as numbers, limits, and shows time and message by default', async () => {
  const asked = await written();
  const numbers = (await rowsOf(asked, 'fields n | filter message = "outcome" | sort n asc')).rows;
  expect(numbers).toEqual([{ n: '9' }, { n: '10' }]);
  expect((await rowsOf(asked, '# newest\nlimit 1')).rows).toEqual([
    { '@timestamp': '2026-01-01 00:00:03.000', '@message': 'END' },
  ]);
  expect((await rowsOf(asked, 'fields @log, @logStream | filter n = 9')).rows).toEqual([
    { '@log': `${ACCOUNT}:steps`, '@logStream': 'local' },
  ]);
  const groups = { logGroupName: undefined, logGroupNames: ['steps', '/aws/lambda/more'], limit: 2 };
  expect((await rowsOf(asked, 'fields @message', groups)).rows).toEqual([
    { '@message': 'more' },
    { '@message': 'END' },
  ]);
});

test('dedup keeps the first in order of what is alike, and all that lack a field', async () => {
  const parts = given();
  await parts.written();
  const add = (line: object) => parts.aws.timeline.add({ type: 'log', group: 'steps', line: JSON.stringify(line) });
  for (const [n, id, kind] of [
    [1, 'a', 'x'],
    [2, 'a', 'x'],
    [3, 'a', 'y'],
    [4, 'b', 'x'],
    [5, 'a', undefined],
    [6, 'a', undefined],
  ])
    add({ message: 'alike', n, id, kind });
  const query = 'fields n | filter message = "alike" | sort n desc | dedup id, kind | limit 4';
  const { rows } = await rowsOf((action, body) => ask(parts, action, body ?? {}), query);
  expect(rows.map(({ n }: Record<string, string>) => n)).toEqual(['6', '5', '4', '3']);
});

test.each([
  ['dedup n | sort n asc', 'sort'],
  ['dedup max(n)', 'max(n)'],
  ['stats count(*) by cluster', 'stats'],
  ['fields strlen(@message)', 'strlen(@message)'],
  ['fields n as number', 'n as number'],
  ['filter n > 9', 'n > 9'],
  ['filter n = 9 or n = 10', 'n = 9 or n = 10'],
  ['filter n = 9 and', 'and'],
  ['filter @message like /x/', 'like'],
  ['sort n', 'n'],
  ['limit many', 'many'],
  ['limit 0', '0'],
])('the query "%s" is refused, naming what is not known', async (queryString, words) => {
  const asked = await written();
  expect(await asked('StartQuery', { ...steps, ...HOUR, queryString })).toEqual({
    __type: 'MalformedQueryException',
    message: expect.stringContaining(words),
  });
});

test.each([
  ['FilterLogEvents', { logGroupName: 'nope' }, 'ResourceNotFoundException'],
  ['FilterLogEvents', { ...steps, logStreamNames: ['other'] }, 'ResourceNotFoundException'],
  ['FilterLogEvents', { ...steps, nextToken: 'x' }, 'InvalidParameterException'],
  ['FilterLogEvents', { ...steps, limit: 10_001 }, 'InvalidParameterException'],
  ['FilterLogEvents', { ...steps, unmask: true }, 'InvalidParameterException'],
  ['FilterLogEvents', { logGroupName: 1 }, 'SerializationException'],
  ['FilterLogEvents', {}, 'InvalidParameterException'],
  ['DescribeLogStreams', { ...steps, logGroupIdentifier: 'steps' }, 'InvalidParameterException'],
  ['GetLogEvents', steps, 'InvalidParameterException'],
  ['GetLogEvents', { ...steps, logStreamName: 'other' }, 'ResourceNotFoundException'],
  ['StartQuery', { ...HOUR, queryString: 'limit 1' }, 'InvalidParameterException'],
  ['StartQuery', { ...steps, queryString: 'limit 1' }, 'InvalidParameterException'],
  ['StartQuery', { ...steps, ...HOUR, queryString: 'x', queryLanguage: 'SQL' }, 'InvalidParameterException'],
  ['GetQueryResults', { queryId: 'nope' }, 'ResourceNotFoundException'],
  ['PutLogEvents', {}, 'UnknownOperationException'],
])('%s of %j is refused with %s', async (action, body, __type) => {
  const asked = await written();
  expect(await asked(action, body)).toMatchObject({ __type, message: expect.any(String) });
});

test('an operator who may drill reads one group and no other', async () => {
  const operator = role('Operator', [
    {
      Effect: 'Allow',
      Action: ['logs:DescribeLogStreams', 'logs:FilterLogEvents', 'logs:GetLogEvents'],
      Resource: `${arnOf('steps')}:*`,
    },
  ]);
  const asked = await written(operator);
  const key = accessKeyOfRole('Operator');
  expect(messages(await asked('FilterLogEvents', steps, key))).toEqual(LINES);
  expect(messages(await asked('GetLogEvents', { ...steps, logStreamName: 'local' }, key))).toEqual(LINES);
  expect(await asked('FilterLogEvents', { logGroupName: 'empty' }, key)).toEqual({
    __type: 'AccessDeniedException',
    message: expect.stringContaining(`logs:FilterLogEvents on resource: ${arnOf('empty')}:log-stream:`),
  });
  expect(await asked('DescribeLogGroups', {}, key)).toMatchObject({ __type: 'AccessDeniedException' });
});
