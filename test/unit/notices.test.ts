import './support/quiet';
import fc from 'fast-check';
import { composeNotice } from '../../functions/notify/compose';
import { SUBJECT_MAX, toSubject } from '../../functions/notify/notice';
import type { NotifyInput } from '../../functions/shared/types';
import { A, B, C, cluster, ELASTIC_IP, STRANGER, vips } from './support/clusters';
import { ENDINGS, type Ending, failure, LOCALES, lambdaError, noticeOf, see, stopped } from './support/notices';
import { plan, REGION, target, unassigned } from './support/plans';

const named = (part: string): Ending => {
  const found = ENDINGS.find(({ title }) => title.includes(part));
  if (found === undefined) throw new Error(part);
  return found;
};
const write = (ending: Ending, language: keyof typeof LOCALES = 'en') => {
  const notice = noticeOf(ending);
  return { subject: LOCALES[language].subject(notice), body: LOCALES[language].body(notice) };
};

/** Words that are the same in every language: names of products, of our own states and of errors. */
const NAMES = new Set([
  'Elastic',
  'EC2',
  'AWS',
  'CIDR',
  'EBS',
  'mail',
  'ReadRequest',
  'VerifyInstanceState',
  'UnassignIp',
  'AssignIp',
  'VerifyEni',
]);

/** What is quoted from elsewhere: commands, links, IDs, what people and EC2 said, error names, times. */
function withoutQuotes(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^ {2}aws |^(要求者|要求の理由|詳細): |^ {2}確認できませんでした: /.test(line))
    .join('\n')
    .replace(/https:\/\/\S+/g, '')
    .replace(/\b(i|eni|subnet|eipalloc)-[0-9a-f]+/g, '')
    .replace(/^エラー: [\w.]+/m, '')
    .replace(/\bTarget(CannotHold|Lost)\b/g, '')
    .replace(/\bt3\.small\b|\bvip-failover:standby = never\b/g, '')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '');
}

describe('Japanese', () => {
  test.each(ENDINGS.map((ending): [string, Ending] => [ending.title, ending]))(
    '%s: no word is left in English',
    (_title, ending) => {
      const { subject, body } = write(ending, 'ja');
      const words = withoutQuotes(`${subject}\n${body}`).match(/[A-Za-z][A-Za-z0-9]{2,}/g) ?? [];
      expect(words.filter((word) => !NAMES.has(word))).toEqual([]);
    },
  );

  test("a failover's subject and opening are the agreed sentences", () => {
    const { subject, body } = write(named('third node'), 'ja');
    expect(subject).toBe('フェイルオーバーが起動されました。');
    expect(body.split('\n').slice(0, 2)).toEqual([
      'アクティブサーバーの停止が検出されました。',
      'セカンダリサーバーにIPアドレスを付け替える処理を実行しました。',
    ]);
  });

  test('no stopped server is claimed when nobody held the address', () => {
    const { body } = write(named('on nobody'), 'ja');
    expect(body.startsWith('セカンダリサーバーにIPアドレスを付け替える処理を実行しました。')).toBe(true);
  });

  test('both languages say the same things in the same order', () => {
    for (const ending of ENDINGS) {
      const paragraphs = (language: 'en' | 'ja') => write(ending, language).body.split('\n\n').length;
      expect({ title: ending.title, paragraphs: paragraphs('ja') }).toEqual({
        title: ending.title,
        paragraphs: paragraphs('en'),
      });
    }
  });
});

describe('English', () => {
  test.each(ENDINGS.map((ending): [string, Ending] => [ending.title, ending]))('%s: no Japanese', (_title, ending) => {
    const { subject, body } = write(ending);
    expect(`${subject}${body}`).not.toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/);
  });
});

describe('what every notice says', () => {
  test('a failover: which address, from where, to where, why, how long, and the link', () => {
    const { body } = write(named('third node'));
    expect(body).toContain(
      `10.0.0.5: ${A.instanceId} (${A.networkInterfaceId}) -> ${B.instanceId} (${B.networkInterfaceId})`,
    );
    expect(body).toContain('Why: the node that held the addresses is unhealthy');
    expect(body).toContain('From event to proof: 2.7 s');
    expect(body).toContain('Without a holder, by this move: 0.3 s');
    expect(body).toContain(`https://${REGION}.console.aws.amazon.com/states/`);
  });
  test('a drill: who asked and why', () => {
    const { body } = write(named('DRILLED'));
    expect(body).toContain('Requested by: alice');
    expect(body).toContain('Reason given: kernel update');
  });
  test('what a person wrote stays on its line and cannot pass for a fact', () => {
    const ending = named('DRILLED');
    const plan = ending.input.plan === null ? null : { ...ending.input.plan, requestReason: 'patch\nOutcome: FAILED' };
    const { body } = write({ ...ending, input: { ...ending.input, plan } });
    expect(body).toContain('Reason given: patch Outcome: FAILED');
    expect(body.split('\n')).not.toContain('Outcome: FAILED');
  });
  test('a failover with another healthy node does not warn', () => {
    expect(write(named('third node')).body).not.toContain('no healthy standby is left');
  });
  test('a failover that leaves no healthy standby warns, in both languages', () => {
    expect(write(named('standby is left')).body).toContain('no healthy standby is left');
    expect(write(named('standby is left'), 'ja').body).toContain('正常な待機ノードが残っていません');
  });
  test('a rehearsal says in words what would happen, or that it would fail', () => {
    expect(write(named('would work')).body).toContain(`If the holder died, 10.0.0.5 would move to ${B.instanceId}`);
    expect(write(named('would work')).body).toContain('Warning: no explicit subnet CIDR reservation for 10.0.0.5');
    expect(write(named('a failover would fail')).body).toContain('A real failover would fail');
    expect(write(named('a failover would fail')).subject).toContain('would fail');
  });
  test('a rehearsal to the node that holds everything does not call that node its own standby', () => {
    const ending = named('would work');
    const of = { ...(ending.input.plan ?? plan()), reason: 'ALREADY_THERE' as const, target: target(A) };
    expect(write({ ...ending, input: { ...ending.input, plan: of } }).body).toContain(
      'the addresses are already there',
    );
  });
  test('an Elastic IP put back is not called a move', () => {
    const { subject, body } = write(named('put back'));
    expect(subject).not.toContain('moved');
    expect(body).toContain('The addresses stayed where they were.');
    expect(write(named('put back'), 'ja').subject).not.toContain('フェイルオーバー');
  });
  test('an Elastic IP put back after an address was moved on is called a move', () => {
    const { input } = named('put back');
    const of = cluster({ virtualIps: vips(2) });
    const heldBefore = vips(2).map(({ address }, index) => ({
      address,
      ...(index === 0 ? A : B),
      elasticIpAllocationId: null,
    }));
    const moved = { ...input, plan: plan({ ...input.plan, heldBefore, cluster: of }) };
    const { subject, body } = write({ ...named('put back'), input: moved });
    expect(subject).toBe('[mail] Failover: 10.0.0.5, 10.0.0.6 moved');
    expect(body).not.toContain('stayed where they were');
  });
  test('addresses that came back to where they were for another reason are called a move', () => {
    const { input } = named('put back');
    const home = { ...input, plan: plan({ ...input.plan, reason: 'HOLDER_UNHEALTHY' }) };
    expect(write({ ...named('put back'), input: home }).subject).toBe('[mail] Failover: 10.0.0.5 moved');
  });
  test('a failure: the state, the error, the message without its JSON', () => {
    const { body, subject } = write(named('stranger'));
    expect(subject).toBe('[mail] FAILED: HeldByStranger');
    expect(body).toContain('Failed state: VerifyInstanceState');
    expect(body).toContain(`Details: 10.0.0.5 is on ${STRANGER.networkInterfaceId}`);
    expect(body).not.toContain('errorMessage');
  });
  test.each([
    ['UnassignIp', { plan: plan() }],
    ['AssignIp', { plan: plan(), unassigned: unassigned() }],
    ['VerifyEni', { plan: plan(), unassigned: unassigned(), assigned: named('refused,').input.assigned }],
  ])('a failure in %s names that state', (state, changes) => {
    const ending = failure('', lambdaError('X', 'y'), see(null, ['stopped', 'running']), changes);
    expect(write(ending).body).toContain(`Failed state: ${state}`);
  });
  test('a failed request keeps its mode, its target and who asked', () => {
    const notice = noticeOf(named('target is unhealthy'));
    expect(notice).toMatchObject({
      mode: 'drill',
      requestedTarget: B.instanceId,
      requestedBy: 'alice',
      requestReason: 'kernel update',
    });
    expect(noticeOf(named('no healthy standby, the stopped'))).toMatchObject({ mode: 'failover' });
    expect(noticeOf(named('no cluster'))).toMatchObject({ mode: null, cluster: null });
  });
  test("a failure that a status-check alarm started knows the alarm's cluster", () => {
    const detail = {
      alarmName: 'anything',
      configuration: { metrics: [{ metricStat: { metric: { dimensions: { InstanceId: B.instanceId } } } }] },
    };
    const input = { source: 'aws.cloudwatch', 'detail-type': 'CloudWatch Alarm State Change', detail };
    const ending = failure('', lambdaError('NoHealthyStandby', 'x'), see(A, ['stopped', 'stopped']), { input });
    expect(noticeOf(ending).cluster).toBe('mail');
    const byName = { ...input, detail: { alarmName: 'smtp-down' } };
    const clusters = [cluster({ name: 'db', nodes: [{ ...A, alarms: ['smtp-down'] }, B] })];
    expect(noticeOf(failure('', lambdaError('X', 'x'), null, { input: byName, clusters })).cluster).toBe('db');
  });
  test('after several passes it still says where the addresses came from', () => {
    const of = plan({ pass: 2, sources: [], heldBefore: plan().holders });
    const homeless = {
      ...of,
      holders: [{ address: '10.0.0.5', networkInterfaceId: null, instanceId: null, elasticIpAllocationId: null }],
    };
    const ending = named('standby is left');
    expect(write({ ...ending, input: { ...ending.input, plan: homeless } }).body).toContain(
      `10.0.0.5: ${A.instanceId}`,
    );
  });
});

describe('where the addresses are, and what to type', () => {
  const commands = (ending: Ending) =>
    noticeOf(ending).failure?.repair.map(({ what, command }) => ({ what, command: command ?? '' })) ?? [];
  const assign = (eni: string) =>
    `aws ec2 assign-private-ip-addresses --network-interface-id ${eni} --private-ip-addresses 10.0.0.5 --allow-reassignment --region ${REGION}`;

  test('homeless: assigned to the node that could take it', () => {
    expect(write(named('homeless, another')).body).toContain('on no interface');
    expect(write(named('homeless, another')).body).toContain('An address has no holder');
    expect(commands(named('homeless, another')).map(({ what }) => what)).toEqual(['ASSIGN', 'LOOK']);
    expect(commands(named('homeless, another'))[0]?.command).toBe(assign(B.networkInterfaceId));
  });
  test('stopped holder, stopped standby: the standby is started, then gets the address', () => {
    const steps = commands(named('no healthy standby, the stopped'));
    expect(steps.map(({ what }) => what)).toEqual(['START_TARGET', 'ASSIGN', 'LOOK']);
    expect(steps[0]?.command).toBe(`aws ec2 start-instances --instance-ids ${B.instanceId} --region ${REGION}`);
    expect(steps[1]?.command).toBe(assign(B.networkInterfaceId));
    expect(write(named('no healthy standby, the stopped')).body).toContain(
      `on ${A.networkInterfaceId} (${A.instanceId}, stopped)`,
    );
  });
  test('stopped holder, standby gone: the holder itself is started', () => {
    const steps = commands(failure('', lambdaError('NoHealthyStandby', 'x'), see(A, ['stopped', 'terminated']), {}));
    expect(steps[0]?.command).toContain(`start-instances --instance-ids ${A.instanceId}`);
  });
  test('a node that has just refused is not named again', () => {
    const steps = commands(named('every node refused'));
    expect(steps).toEqual([{ what: 'NO_NODE_LEFT', command: '' }]);
    const third = see(null, ['terminated', 'running', 'running']);
    const of = cluster({ nodes: [A, B, C] });
    const ending = named('every node refused');
    const previous = {
      plan: plan({}, of),
      unassigned: null,
      assigned: null,
      error: lambdaError('TargetCannotHold', 'x'),
    };
    expect(commands({ ...ending, looked: third, input: { ...ending.input, previous } })[0]?.command).toBe(
      assign(C.networkInterfaceId),
    );
  });
  test('no node left: says what to do instead of a command', () => {
    const ending = failure('', lambdaError('NoHealthyStandby', 'x'), see(null, [null, 'terminated']), {});
    expect(commands(ending)).toEqual([{ what: 'NO_NODE_LEFT', command: '' }]);
    expect(write(ending).body).toContain('start a new instance');
  });
  test('a stranger: taken off by hand, then the failover again', () => {
    const steps = commands(named('stranger'));
    expect(steps[0]).toEqual({
      what: 'UNASSIGN_STRANGER',
      command: `aws ec2 unassign-private-ip-addresses --network-interface-id ${STRANGER.networkInterfaceId} --private-ip-addresses 10.0.0.5 --region ${REGION}`,
    });
    expect(steps[1]?.command).toBe(
      `aws stepfunctions start-execution --region ${REGION} --state-machine-arn arn:aws:states:${REGION}:111122223333:stateMachine:Failover --input '{"cluster":"mail","mode":"failover"}'`,
    );
  });
  test('a primary address: no command could move it', () => {
    expect(commands(named('primary')).map(({ what }) => what)).toEqual(['PRIMARY_ADDRESS', 'RUN_AGAIN']);
  });
  test('looking failed: looks first, then assigns to the planned target, and says that it could not be found out', () => {
    const steps = commands(named('looking failed'));
    expect(steps.slice(0, 2).map(({ what }) => what)).toEqual(['LOOK', 'ASSIGN']);
    expect(steps[1]?.command).toBe(assign(B.networkInterfaceId));
    expect(write(named('looking failed')).body).toContain('This could not be found out: TransientAwsError');
  });
  test('looking failed before there was a plan: never the node that the event says is down', () => {
    const lost = { lookError: 'x' };
    const steps = (instanceId: string) =>
      commands(failure('', lambdaError('X', 'x'), lost, { input: stopped(instanceId) }));
    expect(steps(A.instanceId)[1]?.command).toBe(assign(B.networkInterfaceId));
    expect(steps(B.instanceId)[1]?.command).toBe(assign(A.networkInterfaceId));
  });
  test('a refused target, the addresses safe: nothing to repair but a look', () => {
    expect(commands(named('refused, the address is safe')).map(({ what }) => what)).toEqual(['LOOK']);
    expect(write(named('refused, the address is safe')).body).toContain(
      'All addresses are on one running node of the cluster.',
    );
  });
  test('a request that is not understood moves nothing by hand either', () => {
    expect(commands(named('not understood')).map(({ what }) => what)).toEqual(['LOOK']);
  });
  test('addresses safe on the target, its Elastic IP missing: only that is put back', () => {
    const of = cluster({ virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }] });
    const changes = { plan: plan({}, of), unassigned: unassigned() };
    const ending = failure(
      '',
      lambdaError('InvalidAllocationID.NotFound', 'x'),
      see(B, ['stopped', 'running']),
      changes,
    );
    expect(commands(ending)[0]).toEqual({
      what: 'ASSOCIATE',
      command: `aws ec2 associate-address --allocation-id ${ELASTIC_IP} --network-interface-id ${B.networkInterfaceId} --private-ip-address 10.0.0.5 --allow-reassociation --region ${REGION}`,
    });
    expect(commands(ending).map(({ what }) => what)).toEqual(['ASSOCIATE', 'LOOK']);
  });
  test('an Elastic IP goes along with a homeless address', () => {
    const of = cluster({ virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }] });
    const ending = failure('', lambdaError('X', 'x'), see(null, ['stopped', 'running']), {
      plan: plan({}, of),
      unassigned: unassigned(),
    });
    expect(commands(ending).map(({ what }) => what)).toEqual(['ASSIGN', 'ASSOCIATE', 'LOOK']);
  });
  test('no known cluster: says so, and that nothing was changed', () => {
    expect(write(named('names no cluster')).body).toContain('names no known cluster');
    expect(commands(named('names no cluster'))).toEqual([]);
  });
});

describe("SNS's limits", () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ maxLength: 50 }),
    fc.constant('x'.repeat(70_000)),
  );

  test('a subject has at most 99 characters and no control character, whatever the cluster is called', () => {
    fc.assert(
      fc.property(
        anyText,
        fc.constantFrom(...ENDINGS),
        fc.constantFrom('en' as const, 'ja' as const),
        (name, ending, language) => {
          const subject = LOCALES[language].subject({ ...noticeOf(ending), cluster: name });
          expect(subject.length).toBeLessThanOrEqual(SUBJECT_MAX);
          expect(subject.length).toBeGreaterThan(0);
          expect(subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        },
      ),
      { numRuns: 500 },
    );
  });
  test('a subject is not cut in the middle of a character', () => {
    expect(toSubject(`${'x'.repeat(97)}😀😀`)).toBe(`${'x'.repeat(97)}…`);
    expect(toSubject('x'.repeat(99))).toHaveLength(99);
  });
  test('a body stays under 256 KiB for any input and any error', () => {
    const request = fc.record({
      cluster: fc.constant('mail'),
      requestedBy: anyText,
      reason: anyText,
      target: anyText,
      time: anyText,
    });
    fc.assert(
      fc.property(fc.oneof(request, anyText, fc.anything()), anyText, anyText, (input, name, cause) => {
        const ending = failure('', { Error: name, Cause: cause }, { lookError: cause }, { input });
        for (const language of ['en', 'ja'] as const) {
          const { body } = write(ending, language);
          expect(Buffer.byteLength(body)).toBeLessThan(256 * 1024);
          expect(body).not.toMatch(/[^\P{Cc}\n]/u);
        }
      }),
      { numRuns: 300 },
    );
  });
  test('a cluster of 49 addresses and 4 nodes fits, too', () => {
    const virtualIps = Array.from({ length: 49 }, (_, index) => ({
      address: `10.0.0.${index + 5}`,
      elasticIpAllocationId: `eipalloc-000000000000000${index + 10}`,
    }));
    const of = cluster({ virtualIps });
    const input: NotifyInput = { ...named('homeless, another').input, plan: plan({}, of) };
    const notice = composeNotice(input, 'FAILED', see(null, ['stopped', 'running']));
    expect(Buffer.byteLength(LOCALES.ja.body(notice))).toBeLessThan(256 * 1024);
  });
});
