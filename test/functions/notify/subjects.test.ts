import type { Plan } from '../../../functions/shared/plan';
import {
  A,
  B,
  BY_HAND,
  C,
  cluster,
  destination,
  drill,
  failed,
  finding,
  holders,
  LEFT,
  lambdaError,
  look,
  plan,
  refusal,
  rehearsal,
  reports,
  STOPPED,
  STRANGER,
  succeeded,
  vips,
} from './builders';
import { ENDINGS, type Ending, type LOCALES, named, write } from './endings';

type Language = keyof typeof LOCALES;
const EACH = ENDINGS.map((ending): [string, Ending] => [ending.title, ending]);
const ending = (input: Ending['input'], snapshot: ReturnType<typeof look> | null = null): Ending => ({
  title: '',
  input,
  looked: snapshot === null ? null : { snapshot },
});
const subject = (of: Ending, language: Language = 'en') => write(of, language).subject;
const firstLine = (of: Ending) => write(of).body.split('\n')[0];
const opening = (of: Ending, language: Language = 'en') => write(of, language).body.split('\n\n')[0];

describe('B6: a subject says how the service stands, which address, and where it is', () => {
  test.each([
    ['FAILED_OVER: the active node stopped, a third', '[mail] MOVED: 10.0.0.5 to mail-2'],
    ['no healthy standby is left', '[mail] MOVED: 10.0.0.5 to mail-2, no standby left'],
    ['on nobody', '[mail] MOVED: 10.0.0.5, 10.0.0.6 to mail-2, no standby left'],
    ['automatic failback', '[mail] MOVED: 10.0.0.5 to mail-1 (failback)'],
    ['was put back', '[mail] OK: Elastic IP put back on 10.0.0.5'],
    ['DRILLED', '[mail] DRILL: 10.0.0.5 moved to mail-2'],
    ['a failover would work', '[mail] REHEARSAL: a failover would work'],
    ['but the cluster is paused', '[mail] REHEARSAL: a failover by hand would work, PAUSED'],
    ['a failover would fail', '[mail] REHEARSAL: a failover would fail (no room)'],
    ['an earlier notice was lost', '[mail] OK: 10.0.0.5 on mail-2; a notice was lost'],
    ['the target has the address already', '[mail] OK: 10.0.0.5 already on mail-2'],
    ['EC2 calls the holder healthy', '[mail] OK: nothing done, 10.0.0.5 still on mail-1'],
    ['another execution moved the address meanwhile', '[mail] OK: 10.0.0.5 now on mail-2, moved meanwhile'],
    ['a pause keeps the address', '[mail] DOWN: 10.0.0.5 on stopped mail-1, PAUSED'],
    ['alarms go up', '[mail] DEGRADED: 10.0.0.5 on mail-1 (alarm smtp-down), alarms go up and down in turn'],
    ['FAILED: the address is on nobody', '[mail] DOWN: 10.0.0.5 on nobody'],
    ['no healthy standby, the stopped holder', '[mail] DOWN: 10.0.0.5 on stopped mail-1'],
    ['an alarm is up on every node', '[mail] DEGRADED: 10.0.0.5 on mail-1 (alarm smtp-down), failover failed'],
    ['a stranger', `[mail] CHECK: 10.0.0.5 on ${STRANGER.networkInterfaceId} outside the cluster, failover failed`],
    ['a primary address', '[mail] CHECK: 10.0.0.5 on mail-2 as its primary address, failover failed'],
    ["a drill's target has no room", '[mail] OK: drill refused, 10.0.0.5 still on mail-1'],
    ["a drill's target is unhealthy", '[mail] OK: drill refused, 10.0.0.5 still on mail-1'],
    ['two answers of EC2', '[mail] CHECK: 10.0.0.5 on mail-1, instance not shown, failover failed'],
    ['an Elastic IP is missing', '[mail] DEGRADED: 10.0.0.5 on mail-2 without its Elastic IP, failover failed'],
    ['looking failed', '[mail] CHECK: failover failed, could not read where 10.0.0.5 is'],
    ['not understood', '[mail] OK: request refused, 10.0.0.5 still on mail-1'],
    ['names no cluster', '[unknown] CHECK: request refused, it names no known cluster; nothing was changed'],
    ['does not run', '[mail] DOWN: 10.0.0.5 on stopped mail-1'],
  ])('%s: %s', (title, expected) => {
    expect(subject(named(title))).toBe(expected);
  });

  const two = cluster({ nodes: [A, B, C], virtualIps: vips(2) });
  const many = cluster({ nodes: [A, B, C], virtualIps: vips(5) });
  const moving = (of: Plan['cluster']) => failed(plan({ cluster: of }));
  const running = ['running', 'running', 'running'];
  test.each<[string, string, Ending]>([
    [
      'a drill that was overtaken',
      '[mail] OK: drill overtaken, 10.0.0.5 now on mail-1',
      ending(
        failed(
          refusal('OVERTAKEN', lambdaError('Superseded', 'x'), {
            ...BY_HAND,
            mode: 'drill',
            holders: holders(cluster(), B),
          }),
        ),
        look(A, ['running', 'running']),
      ),
    ],
    [
      'an automatic failover whose last node refused',
      '[mail] CHECK: 10.0.0.5 on mail-1, failover failed',
      ending(
        failed(plan({ nodes: [] }), { error: lambdaError('TargetRefused', 'x') }),
        look(A, ['running', 'running']),
      ),
    ],
    [
      'two addresses at two places, the worse one first',
      '[mail] DOWN: 10.0.0.6 on nobody, 10.0.0.5 on mail-1',
      ending(moving(two), look([A, null], running, { of: two })),
    ],
    [
      'three places',
      '[mail] DOWN: 10.0.0.7 on nobody, others elsewhere',
      ending(moving(many), look([A, B, null, A, A], running, { of: many })),
    ],
    [
      'a stopped node before a running one, nobody before a stopped node',
      '[mail] DOWN: 10.0.0.6 on stopped mail-2, 10.0.0.5 on mail-1',
      ending(moving(two), look([A, B], ['running', 'stopped', 'running'], { of: two })),
    ],
    [
      'many addresses',
      '[mail] DOWN: 10.0.0.5 and 4 more on stopped mail-1',
      ending(moving(many), look([A, A, A, A, A], ['stopped', 'running', 'running'], { of: many })),
    ],
    [
      'many addresses that moved',
      '[mail] MOVED: 10.0.0.5 and 4 more to mail-2',
      ending(succeeded(plan({ cluster: many }))),
    ],
    [
      'a detached interface',
      '[mail] DOWN: 10.0.0.5 on mail-1, interface detached',
      ending(moving(cluster()), look(A, ['running, detached', 'running'])),
    ],
    [
      'a node that EC2 does not show, its interface without an instance',
      '[mail] DOWN: 10.0.0.5 on mail-1, instance not shown',
      ending(moving(cluster()), look({ ...A, instanceId: null }, [null, 'running'])),
    ],
    [
      'a status check',
      '[mail] DEGRADED: 10.0.0.5 on mail-1 (system status check impaired), failover failed',
      ending(
        failed(
          plan({ nodes: reports([A, B], { [A.instanceId]: [{ code: 'SYSTEM_CHECK_IMPAIRED', detail: 'impaired' }] }) }),
        ),
        look(A, ['running', 'running']),
      ),
    ],
    [
      'a rehearsal with two kinds of problems',
      '[mail] REHEARSAL: a failover would fail (no room, security groups differ)',
      ending(
        succeeded(rehearsal(), {
          unassigned: {
            ...LEFT,
            findings: [finding('NO_ROOM', '1'), finding('SECURITY_GROUPS_DIFFER', '2'), finding('NO_ROOM', '3')],
          },
        }),
      ),
    ],
    [
      'a drill that leaves no standby',
      '[mail] DRILL: 10.0.0.5 moved to mail-2, no standby left',
      ending(succeeded(drill({ nodes: reports([A, B], { [A.instanceId]: STOPPED }) }))),
    ],
    [
      'a function that never ran, for an input that nobody understands',
      '[unknown] CHECK: execution failed, it names no known cluster; nothing was changed',
      ending(failed(null, { input: 'junk', error: { Error: 'Runtime.ExitError', Cause: 'x' } })),
    ],
    [
      'a node without a name',
      `[mail] MOVED: 10.0.0.5 to ${B.instanceId}`,
      ending(
        succeeded(
          plan({ cluster: cluster({ nodes: [A, { ...B, name: B.instanceId }, C] }), nodes: reports([A, B, C]) }),
        ),
      ),
    ],
  ])('%s: %s', (_name, expected, of) => {
    expect(subject(of)).toBe(expected);
  });
});

describe('B7: in Japanese', () => {
  test("a failover's subject has the cluster, the address and the agreed sentence", () => {
    expect(subject(named('a third'), 'ja')).toBe(
      '[mail] 10.0.0.5: フェイルオーバーが起動されました。（移動先 mail-2）',
    );
    expect(opening(named('a third'), 'ja')?.split('\n').slice(0, 2)).toEqual([
      'アクティブサーバーの停止が検出されました。',
      'セカンダリサーバーにIPアドレスを付け替える処理を実行しました。',
    ]);
  });
  test('no stopped server is claimed when nobody held the address', () => {
    expect(opening(named('on nobody'), 'ja')).toMatch(
      /^セカンダリサーバーにIPアドレスを付け替える処理を実行しました。/,
    );
  });
  test.each([
    [
      'no healthy standby is left',
      '[mail] 10.0.0.5: フェイルオーバーが起動されました。（移動先 mail-2、待機ノードなし）',
    ],
    ['automatic failback', '[mail] 10.0.0.5: フェイルオーバーが起動されました。（移動先 mail-1、切り戻し）'],
    ['was put back', '[mail] 10.0.0.5: Elastic IPを関連付け直しました。'],
    ['DRILLED', '[mail] 10.0.0.5: 切り替え訓練が完了しました。（移動先 mail-2）'],
    [
      'but the cluster is paused',
      '[mail] 10.0.0.5: リハーサルが完了しました。手動のフェイルオーバーだけが可能です。【自動切り替え一時停止中】',
    ],
    ['a failover would fail', '[mail] 10.0.0.5: リハーサルで問題が見つかりました。フェイルオーバーは失敗します。'],
    ['an earlier notice was lost', '[mail] 正常: 10.0.0.5 は mail-2 にあります（以前の通知は未送信）'],
    ['the target has the address already', '[mail] 正常: 10.0.0.5 はすでに mail-2 にあります'],
    ['EC2 calls the holder healthy', '[mail] 正常: 10.0.0.5 は引き続き mail-1 にあります（変更なし）'],
    [
      'another execution moved the address meanwhile',
      '[mail] 正常: 10.0.0.5 は現在 mail-2 にあります（別の実行または人が移動）',
    ],
    ['a pause keeps the address', '[mail] 障害: 10.0.0.5 は停止済みの mail-1 にあります【自動切り替え一時停止中】'],
    [
      'alarms go up',
      '[mail] 警告: 10.0.0.5 は mail-1 にあります（アラーム smtp-down）。アラームが発生と解消を繰り返しています',
    ],
    ['FAILED: the address is on nobody', '[mail] 障害: 10.0.0.5 を保持するノードがありません'],
    [
      'a stranger',
      `[mail] 要確認: 10.0.0.5 はクラスター外の ${STRANGER.networkInterfaceId} にあります。フェイルオーバーは失敗しました`,
    ],
    ['a primary address', '[mail] 要確認: 10.0.0.5 は mail-2 のプライマリアドレスです。フェイルオーバーは失敗しました'],
    [
      "a drill's target has no room",
      '[mail] 正常: 切り替え訓練は拒否されました。10.0.0.5 は引き続き mail-1 にあります',
    ],
    [
      'an Elastic IP is missing',
      '[mail] 警告: 10.0.0.5 は mail-2 にあります（Elastic IPなし）。フェイルオーバーは失敗しました',
    ],
    [
      'two answers of EC2',
      '[mail] 要確認: 10.0.0.5 は mail-1 にあります（インスタンス情報なし）。フェイルオーバーは失敗しました',
    ],
    ['looking failed', '[mail] 要確認: フェイルオーバーは失敗しました。10.0.0.5 の場所を確認できません'],
    ['names no cluster', '[不明] 要確認: 要求は拒否されました。有効なクラスター名がありません（変更なし）'],
  ])('%s: %s', (title, expected) => {
    expect(subject(named(title), 'ja')).toBe(expected);
  });

  /** Words that are the same in every language: names of products, of our own states and of errors. */
  const NAMES = new Set(
    'Elastic EC2 AWS CIDR EBS PAUSED mail VerifyInstanceState UnassignIp AssignIp VerifyEni'.split(' '),
  );
  /** What is quoted from elsewhere: commands, links, IDs, names, what people and EC2 said, error names, times. */
  const withoutQuotes = (text: string) =>
    text
      .split('\n')
      .filter(
        (line) =>
          !/^ {2}aws |^(要求者|要求の理由|詳細|以前の試行|イベントID)|^ {2}(確認できませんでした|EC2の2つの応答が矛盾しています): /.test(
            line,
          ),
      )
      .join('\n')
      .replace(/https:\/\/\S+/g, '')
      .replace(/\b(i|eni|subnet|eipalloc)-[0-9a-f]+/g, '')
      .replace(/\bmail-\d\b|\bsmtp-down\b|\bt3\.small\b/g, '')
      .replace(/^エラー: [\w.]+/m, '')
      .replace(/停止されています: kernel update[^。]*|割り当てが拒否されました（.*）|続行しました（.*）/g, '')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '')
      .replace(/、Asia\/Tokyo、UTC/g, '');

  test.each(EACH)('%s: no word is left in English', (_title, of) => {
    const { subject: line, body } = write(of, 'ja');
    const words = withoutQuotes(`${line}\n${body}`).match(/[A-Za-z][A-Za-z0-9]{2,}/g) ?? [];
    expect(words.filter((word) => !NAMES.has(word))).toEqual([]);
  });
});

test.each(EACH)('%s: English has no Japanese, and both languages say the same in the same order', (_title, of) => {
  const { subject: line, body } = write(of);
  expect(`${line}${body}`).not.toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/);
  const paragraphs = (text: string) => text.split('\n\n').map((paragraph) => paragraph.split('\n').length);
  expect(paragraphs(write(of, 'ja').body).slice(1)).toEqual(paragraphs(body).slice(1));
});

test.each(EACH)('%s: nothing is missing in the middle of a sentence', (_title, of) => {
  for (const language of ['en', 'ja'] as const) {
    const { subject: line, body } = write(of, language);
    expect(`${line}\n${body}`).not.toMatch(/undefined|NaN|\[object|null\b(?!, not an object)/);
  }
});

describe('the first lines say whether anybody has to act', () => {
  test.each([
    ['a third', 'Nobody has to act.'],
    ['no healthy standby is left', 'Repair another node.'],
    ['a failover would fail', 'Repair what the findings say before it is needed.'],
    [
      'EC2 calls the holder healthy',
      'As far as EC2 knows, nobody has to act. What to do if the service does not answer stands below.',
    ],
    ['no healthy standby, the stopped holder', 'Act now. What to do stands below.'],
    ['an alarm is up on every node', 'Somebody should look at it. What to do stands below.'],
    ['names no cluster', 'Somebody should look at it.'],
    ["a drill's target has no room", 'Nobody has to act.'],
  ])('%s: %s', (title, line) => {
    expect(opening(named(title))?.split('\n').at(-1)).toBe(line);
  });
  test('and where the address is', () => {
    expect(firstLine(named('no healthy standby, the stopped holder'))).toBe(
      `10.0.0.5 is on mail-1 (${A.instanceId}), which is stopped.`,
    );
    expect(firstLine(named('FAILED: the address is on nobody'))).toBe('Nobody holds 10.0.0.5.');
    expect(firstLine(named("a drill's target has no room"))).toBe(
      `10.0.0.5 is still on mail-1 (${A.instanceId}), which runs.`,
    );
    const two = cluster({ virtualIps: vips(2) });
    expect(firstLine(ending(failed(plan({ cluster: two })), look([A, A], ['stopped', 'running'], { of: two })))).toBe(
      `10.0.0.5, 10.0.0.6 are on mail-1 (${A.instanceId}), which is stopped.`,
    );
  });
  test('never more than is known: EC2 cannot say whether the service answers', () => {
    expect(firstLine(named('a third'))).toBe(
      `10.0.0.5 moved to mail-2 (${B.instanceId}). EC2 shows the addresses there and nowhere else; whether the service answers, EC2 cannot say.`,
    );
  });
  test('and what was refused or failed, and why', () => {
    expect(opening(named("a drill's target is unhealthy"))).toContain(
      'Drill refused: the requested target is unhealthy; nothing was changed.',
    );
    expect(opening(named('does not run'))).toContain(
      'Failover failed: an error that the workflow does not repair by itself.',
    );
    expect(opening(named("a drill's target is unhealthy"), 'ja')).toContain('切り替え訓練は拒否されました。');
    expect(opening(named('does not run'), 'ja')).toContain('フェイルオーバーは失敗しました。');
  });
});

describe('a rehearsal says what would happen', () => {
  const said = (changes: Partial<Plan>) => opening(ending(succeeded(rehearsal(changes))));
  const to = `mail-2 (${B.instanceId})`;
  test.each<[string, Partial<Plan>]>([
    [`A real failover would change nothing now. If the holder died, 10.0.0.5 would move to ${to}.`, {}],
    [`A real one would move 10.0.0.5 to ${to} now.`, { rehearsed: 'MOVE', why: 'HOLDER_UNHEALTHY' }],
    ['A real one would put the Elastic IPs back now.', { rehearsed: 'MOVE', why: 'ELASTIC_IP_MISSING' }],
    [
      'A real one would change nothing: the addresses are already there.',
      { why: 'ALREADY_THERE', destination: destination(A) },
    ],
    ['A real failover would fail: see the findings.', { findings: [finding('NO_ROOM', '')] }],
  ])('%s', (sentence, changes) => {
    expect(said(changes)).toContain(sentence);
  });
  test.each(['NONE', 'MOVE'] as const)(
    'B2: of a paused cluster, that nothing would move by itself (%s)',
    (rehearsed) => {
      const paused = { rehearsed, findings: [finding('PAUSED', 'kernel update', 'warning')] };
      expect(said(paused)).toContain(
        `Paused: if the holder died, nothing would move by itself. A failover by hand would move 10.0.0.5 to ${to}.`,
      );
    },
  );
});
