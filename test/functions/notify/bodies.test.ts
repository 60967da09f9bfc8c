import fc from 'fast-check';
import { composeNotice } from '../../../functions/notify/compose';
import { SUBJECT_MAX } from '../../../functions/notify/text';
import type { Finding, NodeProblem } from '../../../functions/shared/plan';
import {
  A,
  B,
  cluster,
  drill,
  execution,
  failed,
  finding,
  kept,
  look,
  nothingToDo,
  plan,
  reports,
  succeeded,
  unassigned,
} from './builders';
import { ENDINGS, type Ending, LOCALES, named, noticeOf, write } from './endings';

type Language = keyof typeof LOCALES;
const EACH = ENDINGS.map((ending): [string, Ending] => [ending.title, ending]);
const ending = (input: Ending['input'], snapshot: ReturnType<typeof look> | null = null): Ending => ({
  title: '',
  input,
  looked: snapshot === null ? null : { snapshot },
});

describe('the body', () => {
  const lines = (of: Ending) => write(of).body.split('\n');
  test('of a failover: which address, from where, to where, why, how long, and the link', () => {
    expect(lines(named('a third'))).toEqual(
      expect.arrayContaining([
        `  10.0.0.5: mail-1 (${A.instanceId}), ${A.networkInterfaceId} -> mail-2 (${B.instanceId}), ${B.networkInterfaceId}`,
        'Outcome: FAILED_OVER (with proof)',
        'Cluster: mail',
        'Mode: failover, started by an instance state change',
        'Why: the node that held the addresses is unhealthy',
        `Event: 2026-01-31T03:14:07.000Z, mail-1 (${A.instanceId}), stopped`,
        'Event ID: 6f1c1c7e-0000-4000-8000-000000000001',
        'Execution started: 2026-01-31T03:14:08.120Z',
        'Outage, from the first sign of trouble to the proof: 2.7 s',
        'Without a holder, by this move: 0.3 s',
        `  mail-1 (${A.instanceId}), ${A.networkInterfaceId}: instance is stopped`,
        `  mail-2 (${B.instanceId}), ${B.networkInterfaceId}: healthy`,
      ]),
    );
    expect(lines(named('a third')).at(-1)).toMatch(/^Execution: https:\/\//);
  });
  test('B7: local time beside UTC, where it is another', () => {
    const of = noticeOf(named('a third'));
    expect(LOCALES.en.body(of, 'America/New_York').split('\n')).toEqual(
      expect.arrayContaining([
        `Event: 2026-01-31T03:14:07.000Z (2026-01-30 22:14:07 in America/New_York, UTC-05:00), mail-1 (${A.instanceId}), stopped`,
        'Execution started: 2026-01-31T03:14:08.120Z (2026-01-30 22:14:08 in America/New_York, UTC-05:00)',
      ]),
    );
    expect(LOCALES.ja.body(of, 'Asia/Tokyo').split('\n')).toContain(
      '実行開始: 2026-01-31T03:14:08.120Z（現地時刻 2026年1月31日 12:14:08、Asia/Tokyo、UTC+09:00）',
    );
  });
  test.each(EACH)('B7: %s: no time is without its local time', (_title, each) => {
    for (const language of ['en', 'ja'] as const) {
      const body = LOCALES[language].body(noticeOf(each), 'Asia/Tokyo');
      expect(body.match(/^(Event|Execution started|イベント発生|実行開始): \S+Z(?!.*Asia\/Tokyo)/m)).toBeNull();
      expect(body).toContain('Asia/Tokyo');
    }
  });
  test('C10: has one duration, the outage where it is known', () => {
    expect(write(named('a third')).body).not.toContain('From the start of the execution');
    expect(lines(named('DRILLED'))).toContain('From the start of the execution to the proof: 1.6 s');
    expect(write(named('DRILLED')).body).not.toContain('Outage');
  });
  test('B4: leaves out a dark time that is not known', () => {
    expect(write(named('on nobody')).body).not.toContain('Without a holder');
  });
  test('B14: of a drill: who asked, as stated, why, and for which node', () => {
    expect(lines(named('DRILLED'))).toEqual(
      expect.arrayContaining([
        'Requested by (as stated): alice',
        'Reason given: kernel update',
        `Requested target: mail-2 (${B.instanceId})`,
      ]),
    );
  });
  test('what a person wrote stays on its line and cannot pass for a fact', () => {
    const written = ending(succeeded(drill({ reason: 'patch\nOutcome: FAILED\u202Egnp' })));
    expect(lines(written)).toContain('Reason given: patch Outcome: FAILEDgnp');
    expect(lines(written)).not.toContain('Outcome: FAILED');
  });
  test('B2: of a paused cluster has a line PAUSED', () => {
    expect(write(named('but the cluster is paused')).body).toContain(
      'PAUSED: a tag keeps the addresses from moving by themselves: kernel update until=2026-02-01T18:00+09:00. Failovers',
    );
    expect(write(ending(nothingToDo(kept('PAUSED')))).body).toContain('by themselves, without a reason. Failovers');
    expect(write(named('but the cluster is paused')).body).not.toContain('Findings:');
    expect(write(named('a third')).body).not.toContain('PAUSED');
  });
  test('warns where no standby is left', () => {
    expect(lines(named('no healthy standby is left'))).toContain(
      'WARNING: no healthy standby is left. If this node dies too, nothing can take over.',
    );
    expect(write(named('a third')).body).not.toContain('WARNING');
  });
  test('D17: says that it may be a repetition', () => {
    const again = ending(succeeded(plan(), { execution: execution({ retryCount: 2 }) }));
    expect(write(again).body).toContain('This may be a repetition');
    expect(write(named('a third')).body).not.toContain('repetition');
  });
  test('A1: says what was refused', () => {
    expect(lines(named('unassigning was refused'))).toContain(
      '  - Warning: taking the addresses off their holder was refused or failed, and the move went on without it: You are not authorized to perform this operation.',
    );
  });
  test('of a failure: the state, the error, the message, what was tried, where the addresses are', () => {
    expect(lines(named("a drill's target has no room"))).toEqual(
      expect.arrayContaining([
        'Failed state: VerifyInstanceState',
        'Error: TargetRefused: EC2 did not let the nodes that were tried have the addresses',
        expect.stringMatching(/^Details: .*PrivateIpAddressLimitExceeded/),
        expect.stringMatching(
          /^Tried before: mail-2 \(i-.*\): TargetCannotHold: PrivateIpAddressLimitExceeded: Number of/,
        ),
        `  10.0.0.5: on ${A.networkInterfaceId}, mail-1 (${A.instanceId}), which runs`,
      ]),
    );
    expect(write(named('FAILED: the address is on nobody')).body).toContain('  10.0.0.5: on no interface');
    expect(write(named('looking failed')).body).toContain(
      '  This could not be found out: TransientAwsError: DescribeN',
    );
    expect(write(named('names no cluster')).body).toContain('  The input names no known cluster, so there was nothing');
  });
  test('shows each step with its command, and a step without one alone', () => {
    const body = write(named('no healthy standby, the stopped holder')).body;
    expect(body).toContain(
      `What to do:\n  # Start mail-1 (${A.instanceId}):\n  aws ec2 start-instances --instance-ids ${A.instanceId}`,
    );
    expect(write(named('the last node refused')).body).toMatch(/What to do:\n {2}# Cluster mail has no node[^\n]*\n\n/);
    expect(write(named('a third')).body).not.toContain('What to do');
  });
  test('B5: prints no command where nothing is to be repaired', () => {
    for (const title of ['an alarm is up on every node', "a drill's target has no room", 'not understood', 'DRILLED']) {
      expect(write(named(title)).body).not.toMatch(/^ {2}aws /m);
    }
  });
  test('of a move shows no place where the addresses were, of nothing done no move', () => {
    expect(write(named('a third')).body).not.toContain('Where the addresses are');
    expect(write(named('EC2 calls the holder healthy')).body).toContain('Where the addresses are');
    expect(write(named('FAILED: the address is on nobody')).body).not.toContain(' -> ');
  });
  test('names an Elastic IP where it is, and with its address', () => {
    const { body } = write(ending(nothingToDo(kept('FLAPPING', { cluster: elastic() }))));
    expect(body).toContain('which runs, with Elastic IP eipalloc-00000000000000001');
    expect(write(named('on nobody')).body).toContain('10.0.0.5 (Elastic IP eipalloc-00000000000000001): nobody -> ');
  });
});

function elastic() {
  return cluster({ virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: 'eipalloc-00000000000000001' }] });
}

/** Every code of a problem and of a finding, with what its sentence must name. */
const PROBLEMS: Readonly<Record<NodeProblem['code'], string>> = {
  NOT_FOUND: '',
  NOT_RUNNING: 'blue',
  SYSTEM_CHECK_IMPAIRED: '',
  INSTANCE_CHECK_IMPAIRED: '',
  EBS_CHECK_IMPAIRED: '',
  APPLICATION_CHECK_IMPAIRED: '',
  INTERFACE_NOT_ATTACHED: 'blue',
  WRONG_SUBNET: 'blue',
  ALARM: 'blue',
  EXCLUDED: 'blue',
  REFUSED: 'blue',
};
const FINDINGS: readonly Finding['code'][] = [
  'PRIMARY_ADDRESS',
  'HELD_BY_STRANGER',
  'TARGET_UNHEALTHY',
  'NO_HEALTHY_STANDBY',
  'FLAPPING',
  'NO_ROOM',
  'NO_RESERVATION',
  'OUTSIDE_SUBNET',
  'RESERVED_BY_AWS',
  'SECURITY_GROUPS_DIFFER',
  'SOURCE_DEST_CHECK_DIFFERS',
  'ELASTIC_IP_UNKNOWN',
  'ELASTIC_IP_ELSEWHERE',
  'INSTANCE_REPLACED',
  'UNREADABLE_TAG',
  'NOT_READ',
  'UNASSIGN_REFUSED',
  'NOTICE_LOST',
  'EVENT_LOST',
  'CHAT_LOST',
  'NOBODY_LISTENS',
];
const CODES: readonly NodeProblem['code'][] = [
  'NOT_FOUND',
  'NOT_RUNNING',
  'SYSTEM_CHECK_IMPAIRED',
  'INSTANCE_CHECK_IMPAIRED',
  'EBS_CHECK_IMPAIRED',
  'INTERFACE_NOT_ATTACHED',
  'WRONG_SUBNET',
  'ALARM',
  'EXCLUDED',
  'REFUSED',
];

describe.each(['en', 'ja'] as const)('in %s every code has a sentence of its own', (language) => {
  test('of a node', () => {
    const sentences = CODES.map((code) => {
      const nodes = reports([A], { [A.instanceId]: [{ code, detail: 'blue' }] });
      const { body } = write(ending(succeeded(plan({ nodes }))), language);
      const line = body
        .split('\n')
        .find((each) => each.startsWith(`  mail-1 (${A.instanceId}), ${A.networkInterfaceId}: `));
      expect(line).toContain(PROBLEMS[code]);
      return line;
    });
    expect(new Set(sentences).size).toBe(CODES.length);
  });
  test('two problems of a node are two', () => {
    const problems = [CODES[2], CODES[4]].flatMap((code) => (code === undefined ? [] : [{ code, detail: 'x' }]));
    const { body } = write(ending(succeeded(plan({ nodes: reports([A], { [A.instanceId]: problems }) }))), language);
    expect(body.split('\n').find((each) => /^ {2}mail-1 .*: /.test(each) && each.includes(', '))).toMatch(/: .+, .+$/);
  });
  test('of a finding, its severity and what it is about', () => {
    const sentences = FINDINGS.map((code) => {
      const { body } = write(ending(succeeded(plan({ findings: [finding(code, 'eni-0abc', 'problem')] }))), language);
      const line = body.split('\n').find((each) => each.startsWith('  - '));
      expect(line).toMatch(language === 'en' ? /^ {2}- Problem: .*eni-0abc$/ : /^ {2}- 問題: .*（eni-0abc）$/);
      return line;
    });
    expect(new Set(sentences).size).toBe(FINDINGS.length);
    const warning = write(ending(succeeded(plan({ findings: [finding('NO_ROOM', '', 'warning')] }))), language).body;
    expect(warning).toMatch(
      language === 'en' ? /Warning: no room on the target$/m : /警告: 移動先に空きがありません$/m,
    );
  });
  test('of a reason', () => {
    const reasons = [
      'HOLDER_UNHEALTHY',
      'NO_HOLDER',
      'SPLIT',
      'ELASTIC_IP_MISSING',
      'REQUESTED',
      'FAILBACK',
      'HOLDER_HEALTHY',
      'ALREADY_THERE',
      'FLAPPING',
      'PAUSED',
      'PRIMARY_ADDRESS',
      'HELD_BY_STRANGER',
      'TARGET_UNHEALTHY',
      'TARGET_REFUSED',
      'OVERTAKEN',
      'NO_HEALTHY_STANDBY',
    ] as const;
    const lines = reasons.map((why) => {
      const line = write(ending(nothingToDo(kept(why))), language).body.match(/^(Why|理由): (.+)$/m)?.[2];
      expect(line).toBeTruthy();
      return line;
    });
    expect(new Set(lines).size).toBe(reasons.length);
  });
});

test('Japanese quotes EC2’s and the tags’ own words, and of our own details the IDs and numbers', () => {
  const shown = (code: Finding['code'], detail: string) =>
    write(ending(succeeded(plan({ findings: [finding(code, detail)] }))), 'ja').body.match(/^ {2}- .*$/m)?.[0];
  expect(shown('NOT_READ', 'DescribeAlarms: AccessDenied')).toContain('（DescribeAlarms: AccessDenied）');
  expect(shown('UNREADABLE_TAG', 'vip = x on i-0a')).toContain('（vip = x on i-0a）');
  expect(shown('NO_ROOM', 'eni-0a of i-0b would have 5 addresses; t3.small allows 4')).toContain(
    '（eni-0a、i-0b、5、t3.small、4）',
  );
  expect(shown('OUTSIDE_SUBNET', '10.0.9.5 is outside 10.0.0.0/24')).toContain('（10.0.9.5、10.0.0.0/24）');
});

describe("SNS's limits", () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ maxLength: 50 }),
    fc.constant('😀'.repeat(10_000)),
  );
  const languages = fc.constantFrom<Language>('en', 'ja');

  test('a subject fits, whatever the cluster and its nodes are called', () => {
    fc.assert(
      fc.property(anyText, anyText, fc.constantFrom(...ENDINGS), languages, (name, nodeText, of, language) => {
        const node = { short: nodeText, full: nodeText };
        const notice = noticeOf(of);
        const where = notice.where?.map((at) => ({ ...at, name: node })) ?? null;
        const line = LOCALES[language].subject({ ...notice, cluster: name, destination: node, where });
        expect(line.length).toBeLessThanOrEqual(SUBJECT_MAX);
        expect(line.length).toBeGreaterThan(0);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(line.isWellFormed()).toBe(true);
      }),
      { numRuns: 250 },
    );
  });
  test('D15, D19: a body stays under 256 KiB and well-formed for any input and any error', () => {
    const request = fc.record({
      cluster: fc.constant('mail'),
      requestedBy: anyText,
      reason: anyText,
      target: anyText,
      time: anyText,
    });
    const inputs = fc.oneof(request, anyText, fc.anything());
    fc.assert(
      fc.property(inputs, anyText, anyText, languages, (input, name, cause, language) => {
        const of = failed(null, { input, error: { Error: name, Cause: cause } });
        const body = LOCALES[language].body(composeNotice(of, { lookError: cause }), 'Asia/Tokyo');
        expect(Buffer.byteLength(body)).toBeLessThan(256 * 1024);
        expect(body).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]|[^\P{Cc}\n]/u);
        expect(body.isWellFormed()).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
  test.each(EACH)('nothing that people typed turns or hides a part of it: %s', (_, each) => {
    const typed = /^(detail|reason|requestedBy|paused|message|eventDetail|short|full)$/;
    const tricky = JSON.parse(JSON.stringify(noticeOf(each)), (key, value) =>
      typed.test(key) && typeof value === 'string' ? `${value.slice(0, 2)}\u202E\u200B\uFEFF${value.slice(2)}` : value,
    );
    for (const language of ['en', 'ja'] as const) {
      expect(LOCALES[language].body(tricky, 'Asia/Tokyo')).not.toMatch(/\p{Cf}/u);
      expect(LOCALES[language].subject(tricky)).not.toMatch(/\p{Cf}/u);
    }
  });
  test('a cluster of 63 addresses, each at another place, fits, too', () => {
    const virtualIps = Array.from({ length: 63 }, (_, index) => ({
      address: `10.0.0.${index + 5}`,
      elasticIpAllocationId: `eipalloc-000000000000000${index + 10}`,
    }));
    const of = cluster({ virtualIps });
    const everywhere = virtualIps.map((_, index) => ({ networkInterfaceId: `eni-${index}`, instanceId: null }));
    const attempts = Array.from({ length: 20 }, () => ({
      instanceId: B.instanceId,
      error: 'TargetCannotHold',
      message: 'x'.repeat(9_000),
    }));
    const input = failed(plan({ cluster: of, attempts }), { unassigned: unassigned() });
    for (const language of ['en', 'ja'] as const) {
      const notice = composeNotice(input, { snapshot: look(everywhere, ['stopped', 'running'], { of }) });
      expect(Buffer.byteLength(LOCALES[language].body(notice, 'Asia/Tokyo'))).toBeLessThan(256 * 1024);
      expect(LOCALES[language].subject(notice).length).toBeLessThanOrEqual(SUBJECT_MAX);
    }
  });
});
