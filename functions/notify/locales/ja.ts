import { addressesOf, type Notice, onlyElasticIps, targetsOf } from '../notice';
import { type Phrases, toLocale } from '../render';

const REASONS: Record<NonNullable<Notice['reason']>, string> = {
  HOLDER_UNHEALTHY: 'IPアドレスを保持していたノードが異常です',
  NO_HOLDER: 'IPアドレスを保持しているノードがありませんでした',
  SPLIT: 'IPアドレスが複数のノードに分かれていました',
  ELASTIC_IP_MISSING: '設定されたElastic IPが関連付けられていませんでした',
  REQUESTED: '手動で要求されました',
  FAILBACK: '優先ノードが所定の時間以上正常に稼働しています',
  HOLDER_HEALTHY: 'すべてのIPアドレスが正常なノードにあります',
  ALREADY_THERE: 'すべてのIPアドレスが、正常な指定ノードにすでにあります',
  OVERTAKEN:
    '要求の処理中に状況が変わり、すべてのIPアドレスが正常なノードにあります。まだ必要な場合は、もう一度開始してください',
  PAUSED: 'タグによりクラスターが一時停止されています',
  PrimaryAddress: 'IPアドレスがネットワークインターフェイスのプライマリアドレスです',
  HeldByStranger: 'IPアドレスがクラスター外のネットワークインターフェイスにあります',
  TargetUnhealthy: '指定されたノードが異常です',
  NoHealthyStandby: 'IPアドレスを引き継げる正常なノードがありません',
};

const ERRORS: Readonly<Record<string, string>> = {
  InvalidInput: '実行の入力を解釈できませんでした',
  PrimaryAddress: 'IPアドレスがプライマリアドレスのため、EC2では移動できません',
  HeldByStranger: 'IPアドレスがクラスター外のネットワークインターフェイスにあるため、変更していません',
  TargetUnhealthy: '指定されたノードが異常なため、何も変更していません',
  NoHealthyStandby: 'IPアドレスを引き継げる正常なノードがありません',
  TargetRefused: '指定されたノードはIPアドレスを引き継げませんでした',
  ElasticIpNotAssociated: 'IPアドレスは移動先にありますが、Elastic IPを関連付けられませんでした',
  NotConverged: '時間内に移動先のIPアドレスを確認できませんでした',
  DeadlineExceeded: '実行の制限時間を超えました',
  StateUnsettled: '時間内にEC2の状態が安定しませんでした',
  TransientAwsError: 'AWSの呼び出しの失敗またはスロットリングが続きました',
  UnauthorizedOperation: '関数のロールに権限がありません',
};

const TRIGGERS: Record<NonNullable<Notice['trigger']>, string> = {
  event: 'インスタンスの状態変化により開始',
  alarm: 'アラームにより開始',
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
  DRILLED: '切り替え訓練完了（確認済み）',
  REHEARSED: 'リハーサル完了（変更なし）',
  NOTHING_TO_DO: '処理不要',
  FAILED: '失敗',
};

const STATES: Readonly<Record<string, string>> = {
  pending: '起動中',
  running: '実行中',
  stopping: '停止処理中',
  stopped: '停止済み',
  'shutting-down': '終了処理中',
  terminated: '終了済み',
};

const phrases: Phrases = {
  subject: (notice, cluster) => {
    if (hasMoved(notice) && onlyElasticIps(notice)) return `Elastic IPを関連付け直しました。（${cluster}）`;
    switch (notice.outcome) {
      case 'FAILED_OVER':
        return 'フェイルオーバーが起動されました。';
      case 'DRILLED':
        return `切り替え訓練が完了しました。（${cluster}）`;
      case 'REHEARSED':
        return hasProblems(notice)
          ? `リハーサルで問題が見つかりました。（${cluster}）`
          : `リハーサルが完了しました。（${cluster}）`;
      case 'NOTHING_TO_DO':
        return `処理の必要はありませんでした。（${cluster}）`;
      case 'FAILED':
        return `フェイルオーバー処理に失敗しました。（${cluster}）`;
    }
  },
  opening: (notice) => {
    if (hasMoved(notice) && onlyElasticIps(notice)) return [ELASTIC_IPS_BACK];
    switch (notice.outcome) {
      case 'FAILED_OVER':
        return [
          ...(notice.reason === 'HOLDER_UNHEALTHY' ? ['アクティブサーバーの停止が検出されました。'] : []),
          'セカンダリサーバーにIPアドレスを付け替える処理を実行しました。',
          `${addressesOf(notice)} が ${targetsOf(notice)} だけにあることをEC2で確認しました。`,
        ];
      case 'DRILLED':
        return [
          '切り替え訓練として、IPアドレスを付け替える処理を実行しました。',
          `${addressesOf(notice)} が ${targetsOf(notice)} だけにあることをEC2で確認しました。`,
        ];
      case 'REHEARSED':
        return ['リハーサルとしてすべての手順を実行しました。何も変更していません。', rehearsalVerdict(notice)];
      case 'NOTHING_TO_DO':
        return ['何も変更していません。'];
      case 'FAILED':
        return ['処理に失敗しました。対応方法は以下のとおりです。'];
    }
  },
  why: ({ reason }) => (reason === null ? null : REASONS[reason]),
  problem: ({ code, detail }) => {
    switch (code) {
      case 'NOT_FOUND':
        return 'インスタンスが存在しません';
      case 'NOT_RUNNING':
        return `インスタンスが${STATES[detail] ?? detail}です`;
      case 'SYSTEM_CHECK_IMPAIRED':
        return 'システムステータスチェックに失敗しています';
      case 'INSTANCE_CHECK_IMPAIRED':
        return 'インスタンスステータスチェックに失敗しています';
      case 'EBS_CHECK_IMPAIRED':
        return 'アタッチ済みEBSステータスチェックに失敗しています';
      case 'INTERFACE_NOT_ATTACHED':
        return `${detail} がアタッチされていません`;
      case 'WRONG_SUBNET':
        return `ネットワークインターフェイスが別のサブネット ${detail} にあります`;
      case 'ALARM':
        return `アラーム ${detail} がアラーム状態です`;
      case 'EXCLUDED':
        return `タグ ${detail} により除外されています`;
      case 'REFUSED':
        return `IPアドレスを引き継げませんでした（${detail}）`;
    }
  },
  finding: ({ severity, code, detail }) => {
    const word = severity === 'problem' ? '問題' : '警告';
    switch (code) {
      case 'NO_ROOM':
        return `${word}: 移動先に空きがありません（${ids(detail)}）`;
      case 'NO_RESERVATION':
        return `${word}: ${detail} に明示的なサブネットCIDR予約がないため、割り当て解除中に新しいネットワークインターフェイスへ割り当てられる可能性があります`;
      default:
        return `${word}: ${REASONS[code]}（${ids(detail)}）`;
    }
  },
  repairStep: ({ what, about }) => {
    switch (what) {
      case 'LOOK':
        return 'IPアドレスの現在の場所を確認します。';
      case 'START_TARGET':
        return `${about} を起動し、実行中になるまで待ちます。`;
      case 'ASSIGN':
        return `IPアドレスを ${about} に割り当てます。`;
      case 'ASSOCIATE':
        return `Elastic IPを関連付け直します: ${about}`;
      case 'UNASSIGN_STRANGER':
        return `誤って割り当てられている場合は、割り当てを解除します: ${about}`;
      case 'RUN_AGAIN':
        return 'その後、フェイルオーバーをもう一度開始します。';
      case 'NO_NODE_LEFT':
        return `クラスター ${about} にはIPアドレスを引き継げるノードがありません。新しいインスタンスを起動し、設定に追加してデプロイしてください。`;
      case 'PRIMARY_ADDRESS':
        return `ネットワークインターフェイスのプライマリアドレスを変更するか、設定からこのアドレスを外してください: ${about}`;
    }
  },
  error: (name) => ERRORS[name] ?? 'ワークフローでは修復できないエラーです',
  unknown: '不明',
  nobody: 'なし',
  duration: (milliseconds) => `${(milliseconds / 1000).toFixed(1)} 秒`,
  outcome: (outcome) => OUTCOMES[outcome],
  mode: ({ mode, trigger }) =>
    `${mode === null ? '不明' : MODES[mode]}${trigger === null ? '' : `（${TRIGGERS[trigger]}）`}`,
  where: ({ networkInterfaceId, instanceId, instanceState, elasticIpAllocationId }) => {
    if (networkInterfaceId === null) return 'どのネットワークインターフェイスにもありません';
    const state = instanceState === null ? 'クラスター外' : (STATES[instanceState] ?? instanceState);
    const instance = instanceId === null ? 'インスタンスなし' : `${instanceId}、${state}`;
    return `${networkInterfaceId}（${instance}）${elasticIpAllocationId === null ? '' : `、Elastic IP ${elasticIpAllocationId}`}`;
  },
  noStandbyLeft:
    '警告: 正常な待機ノードが残っていません。このノードも停止すると引き継げません。他のノードを復旧してください。',
  safe: 'すべてのIPアドレスはクラスター内の実行中のノード1台にあります。サービスが応答していれば、修復は不要です。',
  homeless: '保持者のないIPアドレスがあります。割り当てるまで到達できません。',
  lookFailed: (reason) => `確認できませんでした: ${reason}`,
  notLooked: '入力に既知のクラスターが含まれていないため、確認の対象がありません。何も変更していません。',
  labels: {
    outcome: '結果',
    cluster: 'クラスター',
    mode: 'モード',
    started: '実行開始',
    event: 'イベント発生',
    requestedBy: '要求者',
    requestReason: '要求の理由',
    requestedTarget: '指定ノード',
    why: '理由',
    addresses: 'IPアドレス',
    wouldMove: '移動した場合のIPアドレス',
    nodes: '判定時のノード',
    findings: '所見',
    eventToVerified: 'イベントから確認まで',
    darkTime: '付け替えによる保持者のない時間',
    state: '失敗した状態',
    error: 'エラー',
    details: '詳細',
    whereNow: 'IPアドレスの現在の場所',
    repair: '手動での復旧手順',
    execution: '実行',
    elasticIp: 'Elastic IP',
    healthy: '正常',
  },
};

/** The IDs, addresses and numbers of a detail that was written in English, without its words. */
function ids(detail: string): string {
  return (
    detail.match(/\b(?:i|eni|eipalloc|subnet)-[0-9a-f]+\b|\b\d+(?:\.\d+){3}\b|\b[a-z0-9]+\.[a-z0-9]+\b|\b\d+\b/g) ?? []
  ).join('、');
}

const ELASTIC_IPS_BACK =
  '設定されたElastic IPがすべて関連付けられていることをEC2で確認しました。IPアドレスは移動していません。';

function hasMoved({ outcome }: Notice): boolean {
  return outcome === 'FAILED_OVER' || outcome === 'DRILLED';
}

function hasProblems({ findings }: Notice): boolean {
  return findings.some(({ severity }) => severity === 'problem');
}

function rehearsalVerdict(notice: Notice): string {
  if (hasProblems(notice)) return '実際のフェイルオーバーは失敗します。所見を確認してください。';
  if (notice.rehearsed === 'MOVE' && onlyElasticIps(notice)) return '実際の実行では、Elastic IPを関連付け直します。';
  if (notice.reason === 'ALREADY_THERE')
    return '実際の実行でも何も変更されません。IPアドレスはすでに指定ノードにあります。';
  if (notice.rehearsed === 'MOVE')
    return `実際の実行では、${addressesOf(notice)} を ${targetsOf(notice)} に移動します。`;
  return `現在は何も変更されません。保持ノードが停止した場合、${addressesOf(notice)} を ${targetsOf(notice)} に移動します。`;
}

export const ja = toLocale(phrases);
