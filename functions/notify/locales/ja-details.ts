import type { Finding } from '../../shared/plan';

/** A finding's detail is written in English where it is found; here it is, sentence for sentence, in Japanese. */
const SENTENCES: Readonly<Partial<Record<Finding['code'], readonly (readonly [english: RegExp, japanese: string])[]>>> =
  {
    FLAPPING: [
      [/^the alarms of (.+) changed less than (\d+) minutes ago$/, '直近$2分以内に $1 のアラームが変化しています'],
      [
        /^the application answers nowhere; the addresses moved (\d+) times in an hour$/,
        'どのノードでもアプリケーションが応答していません。IPアドレスは直近1時間に$1回移動しました',
      ],
    ],
    NO_ROOM: [
      [
        /^(\S+) of (.+) would use (\d+) slots for addresses, (\d+) of them prefixes; (\S+) has (\d+)$/,
        '$2 の $1 に必要なアドレス枠は $3（うちプレフィックス $4）ですが、$5 の上限は $6 です',
      ],
      [
        /^(\S+) of (.+) would use (\d+) slots for addresses; (\S+) has (\d+)$/,
        '$2 の $1 に必要なアドレス枠は $3 ですが、$4 の上限は $5 です',
      ],
    ],
    OUTSIDE_SUBNET: [[/^(\S+) is not in (\S+) of (\S+)$/, '$1 は $3 の $2 に含まれません']],
    RESERVED_BY_AWS: [
      [
        /^(\S+) is one of the five addresses of (\S+) that AWS keeps$/,
        '$1 は $2 のうちAWSが予約する5つのアドレスの1つです',
      ],
    ],
    ELASTIC_IP_UNKNOWN: [
      [
        /^(\S+) of (\S+) does not exist in this account and Region$/,
        '$2 に設定された $1 は、このアカウントとリージョンにありません',
      ],
    ],
    ELASTIC_IP_ELSEWHERE: [
      [
        /^(\S+) belongs on (\S+), and is on no address of (\S+): a move would take it from there$/,
        '$2 に設定された $1 は $3 にあり、移動するとそこから外れます',
      ],
      [
        /^(\S+) belongs on (\S+), and is on (\S+) of (\S+): a move would take it from there$/,
        '$2 に設定された $1 は $4 の $3 にあり、移動するとそこから外れます',
      ],
    ],
    INSTANCE_REPLACED: [
      [
        /^(\S+) is attached to (\S+); the configuration names (\S+)\. Change instanceId to \S+ and deploy$/,
        '$1 は $2 にアタッチされていますが、設定では $3 です。instanceId を $2 に変更してデプロイしてください',
      ],
    ],
    UNREADABLE_TAG: [
      [/^(".*" = .*) on (\S+): the tags are (\S+) and (\S+)$/s, '$2 のタグ $1。有効なタグは $3 と $4 です'],
      [/^(\S+ = .*) on (\S+): only "never" has a meaning$/s, '$2 のタグ $1。有効な値は "never" だけです'],
      [
        /^(\S+ = .*) on (\S+): no ISO 8601 time follows "until=", so it never ends$/s,
        '$2 のタグ $1。"until=" の後がISO 8601形式の日時ではないため、一時停止は自動では終わりません',
      ],
    ],
    TARGET_UNHEALTHY: [
      [/^(\S+) is not running with (\S+) attached$/, '$1 が実行中でないか、$2 がアタッチされていません'],
    ],
  };

/** Findings whose detail is quoted as it is: words of EC2, or nothing but IDs and values. */
const QUOTED: ReadonlySet<Finding['code']> = new Set([
  'NO_RESERVATION',
  'SECURITY_GROUPS_DIFFER',
  'SOURCE_DEST_CHECK_DIFFERS',
  'UNREADABLE_TAG',
  'ALARM_UNKNOWN',
  'NOT_READ',
  'UNASSIGN_REFUSED',
  'CLAIMED_IN_TURN',
  'NOBODY_LISTENS',
]);

/** The detail of a finding in Japanese; of a sentence that is not known here, its IDs, addresses and numbers. */
export function detailInJapanese({ code, detail }: Finding): string {
  const sentence = SENTENCES[code]?.find(([english]) => english.test(detail));
  if (sentence !== undefined) return detail.replace(...sentence);
  return QUOTED.has(code) ? detail : ids(detail);
}

function ids(detail: string): string {
  const found = detail.match(
    /\b(?:i|eni|eipalloc|subnet|sg)-[0-9a-f]+\b|\b\d+(?:\.\d+){3}(?:\/\d+)?\b|\b[a-z0-9]+\.[a-z0-9]+\b|\b\d+\b/g,
  );
  return [...new Set(found ?? [])].join('、');
}
