import type { Finding, NodeProblem } from '../../shared/plan';
import {
  type Forecast,
  forecastOf,
  mustAct,
  type Notice,
  type RepairStep,
  type Status,
  type Whereabouts,
} from '../notice';
import { type Phrases, type Place, placesOf, toLocale } from '../render';
import { cutName } from '../text';
import { detailInJapanese } from './ja-details';

const REASONS: Record<NonNullable<Notice['why']>, string> = {
  HOLDER_UNHEALTHY: 'IPアドレスを保持していたノードに異常があります',
  NO_HOLDER: 'IPアドレスを保持しているノードがありませんでした',
  SPLIT: 'IPアドレスが複数のノードに分かれていました',
  ELASTIC_IP_MISSING: '設定されたElastic IPが関連付けられていませんでした',
  REQUESTED: '手動で要求されました',
  CLAIMED: '現用系になったノードのクラスターソフトウェアが、IPアドレスを要求しました',
  FAILBACK: '優先ノードが所定の時間以上正常に稼働しています',
  HOLDER_HEALTHY: 'すべてのIPアドレスが、EC2が正常と判定したノードにあります',
  ALREADY_THERE: 'すべてのIPアドレスが、正常な指定ノードにすでにあります',
  CLAIM_OUTDATED:
    'ノードの要求が遅れて届いたため、実行していません。そのノードが現用系であれば、もう一度要求してください',
  FLAPPING:
    'ノードのアラームが交互に発生と解消を繰り返しているため、保持ノードのインスタンスが実行中の間はIPアドレスを移動しません',
  CLAIMED_IN_TURN:
    '複数のノードが交互にIPアドレスを要求しています（スプリットブレインの可能性）。IPアドレスは移動しません',
  PAUSED: 'タグによりクラスターが一時停止されています',
  INVALID_INPUT: '要求を解釈できませんでした',
  PRIMARY_ADDRESS: 'IPアドレスがネットワークインターフェイスのプライマリアドレスです',
  HELD_BY_STRANGER: 'IPアドレスがクラスター外のネットワークインターフェイスにあります',
  TARGET_UNHEALTHY: '指定ノードに異常があります',
  TARGET_REFUSED: '試行したノードへのIPアドレスの割り当てがEC2に拒否されました',
  OVERTAKEN: '実行中に別の処理がIPアドレスを移動しました',
  NO_HEALTHY_STANDBY: 'IPアドレスを引き継げる正常なノードがありません',
};

const FINDINGS: Record<Finding['code'], string> = {
  PRIMARY_ADDRESS: REASONS.PRIMARY_ADDRESS,
  HELD_BY_STRANGER: REASONS.HELD_BY_STRANGER,
  TARGET_UNHEALTHY: REASONS.TARGET_UNHEALTHY,
  NO_HEALTHY_STANDBY: REASONS.NO_HEALTHY_STANDBY,
  PAUSED: REASONS.PAUSED,
  FLAPPING: 'ノードのアラームが交互に発生と解消を繰り返しています',
  CLAIMED_IN_TURN: '複数のノードが交互にIPアドレスを要求しています',
  NO_ROOM: '移動先に空きがありません',
  NO_RESERVATION:
    '明示的なサブネットCIDR予約がないため、割り当て解除中のIPアドレスが新しいネットワークインターフェイスに割り当てられる可能性があります',
  OUTSIDE_SUBNET: 'IPアドレスがサブネットのCIDRの範囲外です',
  RESERVED_BY_AWS: 'IPアドレスがAWSの予約アドレスです',
  SECURITY_GROUPS_DIFFER: 'ノードのネットワークインターフェイスのセキュリティグループが異なります',
  SOURCE_DEST_CHECK_DIFFERS: 'ノードのネットワークインターフェイスの送信元・送信先チェックが異なります',
  ELASTIC_IP_UNKNOWN: '設定されたElastic IPが存在しません',
  ELASTIC_IP_ELSEWHERE: '設定されたElastic IPが別の場所に関連付けられています',
  INSTANCE_REPLACED:
    'ノードのネットワークインターフェイスが別のインスタンスにアタッチされています。設定のインスタンスIDを変更してください',
  UNREADABLE_TAG: 'タグの値を解釈できません',
  ALARM_UNKNOWN: '設定されたアラームが存在しません',
  NOT_READ: '次の情報を読み取れませんでした',
  UNASSIGN_REFUSED: '保持ノードからの割り当て解除が拒否または失敗しましたが、処理を続行しました',
  NOBODY_LISTENS: '通知先のトピックに確認済みのサブスクリプションがないため、通知は誰にも届きません',
  NOTICE_LOST: '以前の通知を送信できませんでした。内容はログに記録されています',
  EVENT_LOST: '直近3時間以内に、結果をイベントバスに送信できませんでした。内容はログに記録されています',
  CHAT_LOST: '直近3時間以内に、チャットへのメッセージを送信できませんでした。内容はログに記録されています',
};

const ERRORS: Readonly<Record<string, string>> = {
  InvalidInput: '実行の入力を解釈できませんでした',
  PrimaryAddress: 'IPアドレスがプライマリアドレスのため、EC2では移動できません',
  HeldByStranger: 'IPアドレスがクラスター外のネットワークインターフェイスにあるため、変更していません',
  TargetUnhealthy: '指定ノードに異常があるため、何も変更していません',
  TargetRefused: '試行したノードへのIPアドレスの割り当てがEC2に拒否されました',
  Superseded: '実行中に別の処理がIPアドレスを移動しました',
  NoHealthyStandby: 'IPアドレスを引き継げる正常なノードがありません',
  ElasticIpNotAssociated: 'IPアドレスは移動先にありますが、Elastic IPを関連付けられませんでした',
  NotConverged: 'IPアドレスが移動先にあることを、時間内に確認できませんでした',
  DeadlineExceeded: '実行の制限時間を超えました',
  StateUnsettled: 'EC2の情報の矛盾が、時間内に解消しませんでした',
  TransientAwsError: 'AWSへのリクエストの失敗またはスロットリングが続きました',
  UnauthorizedOperation: 'Lambda関数のロールに必要な権限がありません',
};
const ERROR_OF_OTHERS = 'ワークフローでは修復できないエラーです';

/** Errors with which a person's request is refused, and how a subject says it. */
const REFUSED: Readonly<Record<string, string>> = {
  TargetUnhealthy: '拒否されました',
  TargetRefused: '拒否されました',
  Superseded: '中止されました',
};

const TRIGGERS: Record<NonNullable<Notice['trigger']>, string> = {
  event: 'インスタンスの状態変化により開始',
  alarm: 'アラームにより開始',
  claim: 'ノードの要求により開始',
  schedule: '定期チェックにより検出',
  request: '手動で開始',
};

const MODES: Record<NonNullable<Notice['mode']>, string> = {
  failover: 'フェイルオーバー',
  drill: '切り替え訓練',
  rehearsal: 'リハーサル',
  check: '定期チェック',
};

const OUTCOMES: Record<Notice['outcome'], string> = {
  FAILED_OVER: 'フェイルオーバー完了（確認済み）',
  CLAIMED: 'ノードの要求による切り替え完了（確認済み）',
  DRILLED: '切り替え訓練完了（確認済み）',
  REHEARSED: 'リハーサル完了（変更なし）',
  NOTHING_TO_DO: '処理不要',
  FAILED: '失敗',
  CHECKED: 'チェック完了',
};

const STATUSES: Record<Status, string> = { OK: '正常', CHECK: '要確認', DEGRADED: '警告', DOWN: '障害' };

const STATES: Readonly<Record<string, string>> = {
  pending: '起動中',
  running: '実行中',
  stopping: '停止処理中',
  stopped: '停止済み',
  'shutting-down': '終了処理中',
  terminated: '終了済み',
};

const PROBLEMS: Record<NodeProblem['code'], (detail: string) => string> = {
  NOT_FOUND: () => 'インスタンスが存在しません',
  NOT_RUNNING: (detail) => `インスタンスが${stateOf(detail)}です`,
  SYSTEM_CHECK_IMPAIRED: () => 'システムステータスチェックに失敗しています',
  INSTANCE_CHECK_IMPAIRED: () => 'インスタンスステータスチェックに失敗しています',
  EBS_CHECK_IMPAIRED: () => 'アタッチ済みEBSステータスチェックに失敗しています',
  APPLICATION_CHECK_IMPAIRED: () => 'アプリケーションがステータスチェックに応答していません',
  INTERFACE_NOT_ATTACHED: (detail) => `${detail} がアタッチされていません`,
  WRONG_SUBNET: (detail) => `ネットワークインターフェイスが別のサブネット ${detail} にあります`,
  ALARM: (detail) => `アラーム ${detail} がアラーム状態です`,
  EXCLUDED: (detail) => `タグ ${detail} により除外されています`,
  REFUSED: (detail) => `IPアドレスの割り当てが拒否されました（${detail}）`,
};

const STEPS: Record<RepairStep['what'], (about: string) => string> = {
  LOOK: () => 'IPアドレスの現在の場所を確認します。',
  START: (about) => `${about} を起動します。`,
  WAIT_STOPPED: (about) => `${about} が停止するまで待ちます。`,
  WAIT_RUNNING: (about) => `${about} が実行中になるまで待ちます。`,
  FAIL_OVER: (about) => `フェイルオーバーを開始します（${about}）。移動の確認と記録まで自動で行われます。`,
  NAME_TARGET: (about) => `現在の場所でサービスが応答しない場合は、${about} に移動します。`,
  ASSIGN: (about) => `ほかの方法で解決しない場合は、IPアドレスを ${about} に直接割り当てます。`,
  ASSOCIATE: (about) => `Elastic IPを関連付け直します: ${about}`,
  TAKE_BACK: (about) =>
    `誤って割り当てられている場合は、クラスターのノードに割り当て直します。そうでない場合は、そのノードをクラスターに追加してください: ${about}`,
  RESUME: (about) => `クラスター ${about} の自動切り替えを再開してよい場合は、一時停止を解除します。`,
  REPAIR_NODES: (about) =>
    `クラスター ${about} にはほかに正常なノードがありません。下記のノードの異常を解消してください。正常なノードが1台でもあれば、次の定期チェックがIPアドレスを移動します。`,
  NO_NODE_LEFT: (about) =>
    `クラスター ${about} にはIPアドレスを引き継げるノードがありません。新しいインスタンスを起動し、設定に追加してデプロイしてください。`,
  PRIMARY_ADDRESS: (about) =>
    `ネットワークインターフェイスのプライマリアドレスを変更するか、設定からこのアドレスを外してください: ${about}`,
};

function stateOf(state: string): string {
  return STATES[state] ?? state;
}

function some(addresses: readonly string[]): string {
  if (addresses.length <= 2) return addresses.join('、');
  return `${addresses[0]} ほか${addresses.length - 1}件`;
}

/** 「10.0.0.5 は停止済みの mail-1 にあります」, as a subject says it. */
function shortly({ addresses, at }: Place, adverb: string): string {
  const { name, outside, instanceState, attached, sickness, primary, missingElasticIp } = at;
  const list = some(addresses);
  if (name === null) return `${list} を保持するノードがありません`;
  const node = cutName(name.short);
  const be = (where: string, remark = '') =>
    `${list} は${adverb}${where}にあります${remark === '' ? '' : `（${remark}）`}`;
  if (outside) return be(`クラスター外の ${node} `);
  if (instanceState === null) return be(` ${node} `, 'インスタンス情報なし');
  if (instanceState !== 'running') return be(`${stateOf(instanceState)}の ${node} `);
  if (!attached) return be(` ${node} `, 'インターフェイス未アタッチ');
  if (primary) return `${list} は ${node} のプライマリアドレスです`;
  const [problem] = sickness;
  if (problem?.code === 'ALARM') return be(` ${node} `, `アラーム ${cutName(problem.detail)}`);
  if (problem?.code === 'APPLICATION_CHECK_IMPAIRED') return be(` ${node} `, 'アプリケーション応答なし');
  if (problem !== undefined) return be(` ${node} `, PROBLEMS[problem.code](problem.detail));
  return be(` ${node} `, missingElasticIp === null ? '' : 'Elastic IPなし');
}

function places(notice: Notice, adverb = ''): string {
  const [worst, second, ...others] = placesOf(notice);
  if (worst === undefined) return some(notice.addresses);
  if (second === undefined) return shortly(worst, adverb);
  return `${shortly(worst, adverb)}、${others.length === 0 ? shortly(second, adverb) : 'ほかのIPアドレスは別の場所にあります'}`;
}

/** 「切り替え訓練は拒否されました」, 「mail-2 の要求は拒否されました」, 「フェイルオーバーは失敗しました」. */
function verdict({ mode, trigger, failure, target }: Notice): string {
  const error = failure?.error ?? '';
  if (error === 'InvalidInput') return '要求は拒否されました';
  const isAsked = trigger === 'request' || trigger === 'claim';
  const claim = `${target === null ? 'ノード' : cutName(target.short)} の要求`;
  const asked = trigger === 'claim' ? claim : mode === null ? '実行' : MODES[mode];
  return `${asked}は${(isAsked ? REFUSED[error] : undefined) ?? '失敗しました'}`;
}

function failedSubject(notice: Notice): string {
  const { status, cluster, where, unmoved } = notice;
  if (cluster === null) {
    return `${STATUSES[status]}: ${verdict(notice)}。有効なクラスター名がありません（変更なし）`;
  }
  if (where === null) {
    return `${STATUSES.CHECK}: ${verdict(notice)}。${some(notice.addresses)} の場所を確認できません`;
  }
  switch (status) {
    case 'OK':
      return `${STATUSES.OK}: ${verdict(notice)}。${places(notice, unmoved ? '引き続き' : '')}`;
    case 'DOWN':
      return `${STATUSES.DOWN}: ${places(notice)}`;
    default:
      return `${STATUSES[status]}: ${places(notice)}。${verdict(notice)}`;
  }
}

function keptSubject(notice: Notice): string {
  const status = STATUSES[notice.status];
  switch (notice.why) {
    case 'PAUSED':
      return `${status}: ${places(notice)}`;
    case 'FLAPPING':
      return `${status}: ${places(notice)}。アラームが発生と解消を繰り返しています`;
    case 'CLAIMED_IN_TURN':
      return `${status}: ${places(notice)}。複数のノードが交互に要求しています`;
    case 'CLAIM_OUTDATED':
      return `${status}: ${places(notice)}。${cutName(notice.target?.short ?? '')} の要求は遅れて届いたため実行していません`;
    case 'ALREADY_THERE':
      return `${status}: ${places(notice, 'すでに')}`;
    default:
      return notice.unmoved
        ? `${status}: ${places(notice, '引き続き')}（変更なし）`
        : `${status}: ${places(notice, '現在')}（別の実行または人が移動）`;
  }
}

/** How a subject says why the addresses moved. */
const HOW: Readonly<Record<string, string>> = { FAILBACK: '、切り戻し', CLAIMED: '、ノードの要求' };

function subject(notice: Notice): string {
  const { destination, standbysLeft } = notice;
  const addresses = some(notice.addresses);
  const to = cutName(destination?.short ?? '');
  const alone = standbysLeft === 0 ? '、待機ノードなし' : '';
  switch (notice.headline) {
    case 'MOVED':
      return `${addresses}: フェイルオーバーが起動されました。（移動先 ${to}${HOW[notice.why ?? ''] ?? ''}${alone}）`;
    case 'DRILLED':
      return `${addresses}: 切り替え訓練が完了しました。（移動先 ${to}${alone}）`;
    case 'ELASTIC_IP_BACK':
      return `${addresses}: Elastic IPを関連付け直しました。`;
    case 'WOULD_WORK':
    case 'WOULD_FAIL': {
      const found = forecastOf(notice) === 'WORK' ? 'リハーサルが完了しました。' : 'リハーサルで問題が見つかりました。';
      return notice.status === 'OK'
        ? `${addresses}: ${found}${forecast(notice)}`
        : `${STATUSES[notice.status]}: ${places(notice)}。${found}${forecast(notice)}`;
    }
    case 'NOTICE_LOST': {
      const ahead = notice.status === 'OK' && forecastOf(notice) !== 'WORK' ? `。${forecast(notice)}` : '';
      return `${STATUSES[notice.status]}: ${places(notice)}${ahead}（以前の通知は未送信）`;
    }
    case 'KEPT':
      return keptSubject(notice);
    case 'FAILED':
      return failedSubject(notice);
  }
}

function forecast(notice: Notice): string {
  const said: Record<Forecast, string> = {
    WORK: notice.paused === null ? '' : '手動のフェイルオーバーだけが可能です。',
    NOBODY_TOLD: 'フェイルオーバーは可能ですが、通知は誰にも届きません。',
    NOT_KNOWN: 'フェイルオーバーは失敗する可能性があります。',
    FAIL: 'フェイルオーバーは失敗します。',
  };
  return said[forecastOf(notice)];
}

function whereSentences(notice: Notice): string[] {
  return placesOf(notice).map(({ addresses, at }) => {
    const list = addresses.join('、');
    if (at.name === null) return `${list} を保持しているノードはありません。`;
    const still = notice.headline === 'FAILED' && notice.unmoved && notice.status === 'OK' ? '引き続き' : '';
    return `${list} は${still} ${at.name.full} にあります（${condition(at)}）。`;
  });
}

function condition(at: Whereabouts): string {
  const { outside, instanceState, attached, sickness, primary, missingElasticIp } = at;
  if (outside) return 'クラスター外';
  if (instanceState === null) return 'インスタンス情報なし';
  if (instanceState !== 'running') return stateOf(instanceState);
  if (!attached) return '実行中、ネットワークインターフェイスは未アタッチ';
  if (primary) return 'ネットワークインターフェイスのプライマリアドレス';
  const elasticIp = missingElasticIp === null ? '' : `、Elastic IP ${missingElasticIp} なし`;
  if (sickness.length === 0) return `実行中${elasticIp}`;
  return `実行中${elasticIp}、${sickness.map(({ code, detail }) => PROBLEMS[code](detail)).join('、')}`;
}

function opening(notice: Notice): string[] {
  const { addresses, destination, headline, why } = notice;
  const moved = `${addresses.join('、')} が ${destination?.full ?? ''} だけにあることをEC2で確認しました。サービスの応答はEC2では確認できません。`;
  switch (headline) {
    case 'MOVED':
      return [
        ...(why === 'HOLDER_UNHEALTHY' ? ['アクティブサーバーの停止が検出されました。'] : []),
        'セカンダリサーバーにIPアドレスを付け替える処理を実行しました。',
        moved,
      ];
    case 'DRILLED':
      return ['切り替え訓練として、IPアドレスを付け替える処理を実行しました。', moved];
    case 'ELASTIC_IP_BACK':
      return ['設定されたElastic IPがすべて関連付けられていることをEC2で確認しました。IPアドレスは移動していません。'];
    case 'WOULD_WORK':
    case 'WOULD_FAIL':
      return [
        ...(notice.status === 'OK' ? [] : whereSentences(notice)),
        'リハーサルとしてすべての手順を実行しました。何も変更していません。',
        rehearsalVerdict(notice),
      ];
    case 'NOTICE_LOST':
      return ['以前の通知を送信できませんでした。現在の状況は次のとおりです。', ...whereSentences(notice)];
    case 'KEPT':
      return [...whereSentences(notice), notice.unmoved ? '何も変更していません。' : MOVED_MEANWHILE];
    case 'FAILED':
      return [
        ...whereSentences(notice),
        `${verdict(notice)}。${ERRORS[notice.failure?.error ?? ''] ?? ERROR_OF_OTHERS}。`,
      ];
  }
}

const MOVED_MEANWHILE = 'この実行の間に、別の実行または人がIPアドレスを移動しました。行うことは残っていません。';

function act(notice: Notice): string {
  if (!mustAct(notice)) {
    if (notice.repair.length === 0) return '対応は不要です。';
    return 'EC2の情報では対応は不要です。サービスが応答しない場合の対応方法は以下のとおりです。';
  }
  if (notice.standbysLeft === 0) return 'ほかのノードを復旧してください。';
  if (notice.status === 'OK') return '障害が起きる前に、検出事項の問題を解消してください。';
  const stands = notice.repair.length > 0 ? '対応方法は以下のとおりです。' : '';
  return `${notice.status === 'DOWN' ? 'すぐに対応してください。' : '状況を確認してください。'}${stands}`;
}

const FORECASTS: Record<Forecast, string | null> = {
  WORK: null,
  NOBODY_TOLD: 'フェイルオーバーは可能ですが、通知は誰にも届きません。検出事項を確認してください。',
  NOT_KNOWN: 'フェイルオーバーが可能かどうかを確認できませんでした。検出事項を確認してください。',
  FAIL: '現在の状態では、フェイルオーバーは失敗します。検出事項を確認してください。',
};

function rehearsalVerdict(notice: Notice): string {
  const { rehearsed, why, destination } = notice;
  const addresses = notice.addresses.join('、');
  const found = FORECASTS[forecastOf(notice)];
  if (found !== null) return found;
  if (rehearsed === 'MOVE' && why === 'ELASTIC_IP_MISSING') return '実際に実行すると、Elastic IPを関連付け直します。';
  if (why === 'ALREADY_THERE') return '実際に実行しても、何も変更しません。IPアドレスはすでに指定ノードにあります。';
  const to = destination?.full ?? '';
  if (rehearsed === 'MOVE' && notice.paused === null) return `実際に実行すると、${addresses} を ${to} に移動します。`;
  if (notice.paused !== null) {
    return `一時停止中のため、保持ノードが停止しても自動では移動しません。手動のフェイルオーバーでは、${addresses} を ${to} に移動します。`;
  }
  return `現在は、実際に実行しても何も変更しません。保持ノードが停止した場合は、${addresses} を ${to} に移動します。`;
}

function finding(found: Finding): string {
  const detail = detailInJapanese(found);
  return `${found.severity === 'problem' ? '問題' : '警告'}: ${FINDINGS[found.code]}${detail === '' ? '' : `（${detail}）`}`;
}

function event({ eventDetail, saidDown }: Notice, time: string | null): string | null {
  const state = eventDetail === null ? null : stateOf(eventDetail);
  return [time, saidDown.join('、'), state].filter((part) => part !== null && part !== '').join('、') || null;
}

const phrases: Phrases = {
  subject: (notice) => `${subject(notice)}${notice.paused === null ? '' : '【自動切り替え一時停止中】'}`,
  opening,
  act,
  why: (why) => REASONS[why],
  problem: ({ code, detail }) => PROBLEMS[code](detail),
  finding,
  repairStep: ({ what, about }) => STEPS[what](about),
  moreSteps: (count) => `ほかに${count}件の対応方法が通知メールに記載されています。`,
  error: (name) => ERRORS[name] ?? ERROR_OF_OTHERS,
  event,
  localTime: ({ year, month, day, time, offset, timeZone }) =>
    `（現地時刻 ${year}年${month}月${day}日 ${time}、${timeZone}、UTC${offset}）`,
  unknown: '不明',
  nobody: 'なし',
  duration: (milliseconds) => `${(milliseconds / 1000).toFixed(1)} 秒`,
  outcome: (outcome) => OUTCOMES[outcome],
  mode: ({ mode, trigger }) =>
    `${mode === null ? '不明' : MODES[mode]}${trigger === null ? '' : `（${TRIGGERS[trigger]}）`}`,
  where: (at) => {
    if (at.name === null) return 'どのネットワークインターフェイスにもありません';
    const elasticIp = at.elasticIpAllocationId === null ? '' : `、Elastic IP ${at.elasticIpAllocationId}`;
    const node = at.name.full === at.networkInterfaceId ? '' : `${at.name.full}、`;
    return `${at.networkInterfaceId}（${node}${condition(at)}）${elasticIp}`;
  },
  paused: (reason) =>
    `一時停止中: タグにより自動切り替えが停止されています${reason === '' ? '（理由の記載なし）' : `: ${reason}`}。手動のフェイルオーバーと切り替え訓練は実行できます。`,
  noStandbyLeft: '警告: 正常な待機ノードが残っていません。このノードにも障害が起きると、引き継ぐノードがありません。',
  repetition: 'この通知は再送です。同じ通知がすでに届いている可能性があります。',
  contradiction: (said) => `EC2の2つの応答が矛盾しています: ${said}`,
  lookFailed: (reason) => `確認できませんでした: ${reason}`,
  notLooked: '入力に有効なクラスター名がないため、確認の対象がありません。何も変更していません。',
  labels: {
    outcome: '結果',
    cluster: 'クラスター',
    mode: 'モード',
    started: '実行開始',
    event: 'イベント発生',
    eventId: 'イベントID',
    requestedBy: '要求者（申告）',
    reason: '要求の理由',
    target: '指定ノード',
    why: '理由',
    addresses: 'IPアドレス',
    wouldMove: '実際に移動する場合の内容',
    nodes: '判定時のノード',
    findings: '検出事項',
    outage: 'IPアドレスの停止時間（最初の兆候から移動先での確認まで）',
    took: '実行開始から移動先での確認まで',
    darkTime: '付け替え中に保持ノードがなかった時間',
    state: '失敗したステート',
    error: 'エラー',
    details: '詳細（原文）',
    refusal: '以前の試行',
    where: 'IPアドレスの場所',
    repair: '対応方法',
    execution: '実行',
    elasticIp: 'Elastic IP',
    healthy: '正常',
  },
};

export const ja = toLocale(phrases);
