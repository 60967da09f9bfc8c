import { RULES } from '../../../functions/verify-instance-state/rules';
import { type Cells, firstDecisions, laterDecisions, table } from './decision-table';

/** What hashOf gives of the English page without its rules and tables: the text below was made from that. */
export const MADE_FROM = 'f4aa71ca';

/** The rules, by their names. */
const RULE_NAMES: Readonly<Record<string, string>> = {
  'two answers of EC2 contradict each other': 'EC2の2つの応答が矛盾している',
  'a VIP is some interface’s primary address': 'VIPがインターフェイスのプライマリアドレスである',
  'the holder is an interface outside the cluster': 'VIPがクラスター外のインターフェイスにある',
  'this execution aimed at the healthy holder: its move may be its own, and is proven':
    'この実行が移動先にした正常なノードにある（この実行が移動した可能性があるため、確認に進む）',
  '`target` claims and is shown to hold all VIPs, another node claimed a moment ago: reads may be older':
    '要求した `target` が全VIPを保持しているように見えるが、直前に別のノードも要求した（情報が古い可能性がある）',
  '`target` already holds all VIPs and is healthy': '正常な `target` が、すでに全VIPを保持している',
  'all VIPs on a healthy node, a claim comes late, or after a newer one of another node':
    '全VIPが正常なノードにあり、ノードの要求が遅れて届いたか、その後に別のノードが要求した',
  'the request’s target has neither refused nor died, and nobody else moved the addresses: it is asked for again':
    '指定ノードへの割り当ての拒否、指定ノードの停止、別の処理による移動のどれもない（もう一度移動を試みる）',
  'reads may not show yet what this execution did': 'この実行による変更が、まだEC2の情報に現れていない可能性がある',
  'the request’s target refused, and all is on a healthy node':
    '指定ノードへの割り当てが拒否され、全VIPが正常なノードにある',
  'others moved the addresses to a healthy node while the request waited':
    '要求の実行中に、別の処理がVIPを正常なノードに移動した',
  'EC2 does not show a node that is needed: absence in one answer is not death':
    '必要なノードがEC2の情報にない（1回の応答にないだけでは、停止とみなさない）',
  'before a move, an answer lacks a node that may be tagged as paused, or the checks or an alarm of the node that would take the VIPs; or there was no answer of its alarms':
    '移動の前に、一時停止のタグを持つ可能性のあるノード、または移動先のノードのステータスチェックかアラームが応答にない。または、そのアラームを取得できない（もう一度だけ確認する）',
  '`target` is unhealthy, or excluded by its tag, and no VIP is held by nobody':
    '`target` に異常があるか、タグで除外されていて、保持ノードのないVIPはない',
  'all VIPs on a healthy node, two nodes claim in turn': '全VIPが正常なノードにあり、2台のノードが交互に要求している',
  'all VIPs on a healthy node, `target` is another one': '全VIPが正常なノードにあり、`target` は別のノードである',
  'all VIPs on a healthy node, or on one that is left alone, an event says that it is down':
    '全VIPが正常なノード、または移動を抑えているノードにあるが、イベントはそのノードの停止を伝えている',
  'all VIPs on a node of which not everything could be read': '全VIPがあるノードの情報を、一部取得できない',
  'all VIPs on a healthy node, an Elastic IP is missing':
    '全VIPが正常なノードにあるが、Elastic IPが関連付けられていない',
  'all VIPs on a healthy node': '全VIPが正常なノードにある',
  'a VIP held by nobody, and no interface died: it may be on its way':
    '保持ノードのないVIPがあり、失われたインターフェイスはない（移動中の可能性がある）',
  'only alarms or the application say that the holder is unhealthy, and those of the standby changed a moment ago, or the addresses went to and fro':
    '保持ノードの異常の根拠がアラームまたはアプリケーションだけで、待機系のアラームも直前に変化したか、VIPが往復している',
  'no healthy candidate, an event says that a node or its alarm is well again':
    '移動先にできる正常なノードがないが、イベントはノードまたはアラームの回復を伝えている',
  'no healthy candidate': '移動先にできる正常なノードがない',
  'holder unhealthy': '保持ノードに異常がある',
  'VIP held by nobody': '保持ノードのないVIPがある',
  'VIPs split over nodes': 'VIPが複数のノードに分かれている',
};

/** The heads of the columns. */
const HEADS: Readonly<Record<string, string>> = {
  situation: '状況',
  'event of a': 'aのイベント',
  check: '定期チェック',
  'claim of b': 'bの要求',
  'failover by hand': '手動のフェイルオーバー',
  '… to b': '同、bを指定',
  'drill to b': 'bへの切り替え訓練',
  rehearsal: 'リハーサル',
  '… for b': '同、bを指定',
};

const SITUATIONS: Readonly<Record<string, string>> = {
  'DescribeInstances lacks a, DescribeNetworkInterfaces shows the VIP on it':
    'DescribeInstancesにaがなく、DescribeNetworkInterfacesではVIPがaにある',
  'the VIP is the primary address of a': 'VIPがaのプライマリアドレスである',
  'a stranger holds the VIP': 'VIPがクラスター外にある',
  'b holds all VIPs and is healthy': '正常なbが全VIPを保持している',
  '– a claimed five seconds ago': '– 5秒前にaが要求した',
  'DescribeInstances lacks b and c, a is stopped; the first looks':
    'DescribeInstancesにbとcがなく、aは停止済み（最初の数回の確認）',
  '– they stay away': '– 確認を重ねても現れない',
  'b is stopped; a, healthy, holds all VIPs': 'bは停止済みで、正常なaが全VIPを保持している',
  'b is excluded by its tag; a, healthy, holds all VIPs': 'bはタグで除外され、正常なaが全VIPを保持している',
  'a, healthy, holds all VIPs': '正常なaが全VIPを保持している',
  '– the first looks': '– 最初の数回の確認',
  '– c has claimed after b did': '– bの後にcが要求した',
  '– b, a, b and a have claimed in turn (damping: 10 minutes)': '– b、a、b、aが交互に要求した（切り替え抑制時間10分）',
  '– DescribeAlarms cannot be read, the first looks': '– DescribeAlarmsを取得できない（最初の数回の確認）',
  '– DescribeAlarms cannot be read for long': '– DescribeAlarmsを長く取得できない',
  '– its Elastic IP is not on the VIP': '– VIPにElastic IPが関連付けられていない',
  '– paused by a tag': '– タグで一時停止中',
  'c holds all VIPs, moved there by itself; a has been well for an hour (failback: 60 minutes)':
    '自動で移動した全VIPをcが保持し、aは1時間正常である（切り戻し60分）',
  '– a person moved them there': '– 人が移動した',
  'b claimed, and an execution that had begun before moved all VIPs to c':
    'bが要求した後、それより前に始まった実行が全VIPをcに移動した',
  'nobody holds the VIP, a is gone': 'VIPの保持ノードがなく、aは存在しない',
  'nobody holds the VIP, all nodes are healthy; the first looks':
    'VIPの保持ノードがなく、全ノードが正常（最初の数回の確認）',
  'an alarm is up on a, those of b and c changed 2 minutes ago (damping: 10 minutes)':
    'aがアラーム状態で、bとcのアラームは2分前に変化した（切り替え抑制時間10分）',
  '– that of c changed hours ago': '– cのアラームの変化は数時間前',
  'no node runs': '動いているノードがない',
  '– the event says that b runs, the first looks': '– イベントはbの起動を伝えている（最初の数回の確認）',
  'the same alarm is up on all nodes': '全ノードで同じアラームがアラーム状態である',
  'the holder a is stopped': '保持ノードaが停止済み',
  '– a status check of b has not finished, all of c are ok': '– bのステータスチェックの1つが未完了で、cはすべて合格',
  '– b is excluded by its tag': '– bはタグで除外されている',
  '– paused until an hour ago': '– 一時停止は1時間前に終了した',
  '– DescribeAlarms cannot be read': '– DescribeAlarmsを取得できない',
  '– DescribeInstances lacks c, the first look': '– DescribeInstancesの応答にcがない（最初の確認）',
  '– DescribeInstanceStatus lacks b and c, the first look': '– DescribeInstanceStatusの応答にbとcがない（最初の確認）',
  'a status check of the holder a is impaired': '保持ノードaがステータスチェックに失敗している',
  'VIPs are split over c and b; a is gone': 'VIPがcとbに分かれ、aは存在しない',
  'PlanStale; b, healthy, has the VIP': 'PlanStale。正常なbにVIPがある',
  'ElasticIpMissing; b, healthy, has the VIP without its Elastic IP':
    'ElasticIpMissing。正常なbにVIPがあり、Elastic IPはない',
  'TransientAwsError; a, healthy, has the VIP, the first looks':
    'TransientAwsError。正常なaにVIPがある（最初の数回の確認）',
  '– reads have settled': '– 情報が安定した後',
  'TargetCannotHold; a, healthy, has the VIP, the first looks':
    'TargetCannotHold。正常なaにVIPがある（最初の数回の確認）',
  'Superseded; c, healthy, has the VIP, the first looks': 'Superseded。正常なcにVIPがある（最初の数回の確認）',
  '– reads have settled, its Elastic IP is not on the VIP': '– 情報が安定した後、VIPにElastic IPが関連付けられていない',
  'TargetCannotHold; nobody has the VIP, a is healthy again':
    'TargetCannotHold。VIPの保持ノードがなく、aは正常に戻った',
  'PlanStale; nobody has the VIP, a is healthy again': 'PlanStale。VIPの保持ノードがなく、aは正常に戻った',
  'AssignRefused; nobody has the VIP, a is healthy again': 'AssignRefused。VIPの保持ノードがなく、aは正常に戻った',
  'TargetLost; b, stopped, has the VIP': 'TargetLost。停止済みのbにVIPがある',
  'TargetCannotHold; an alarm is up on a, which has the VIP, that of c changed 2 minutes ago (damping: 10 minutes); reads have settled':
    'TargetCannotHold。VIPがあるaがアラーム状態で、cのアラームは2分前に変化した（切り替え抑制時間10分、情報が安定した後）',
  'TargetCannotHold; a, stopped, has the VIP; c is stopped; reads have settled':
    'TargetCannotHold。停止済みのaにVIPがあり、cも停止済み（情報が安定した後）',
};

/** The words of the page, by what they mean; for the test that none is left over. */
export const WORDS = { ...RULE_NAMES, ...HEADS, ...SITUATIONS };

/** @throws an Error that names what has no Japanese */
function inJapanese(english: string): string {
  const japanese = WORDS[english];
  if (japanese === undefined) throw new Error(`No Japanese for “${english}”: add it to decision-table.ja.ts.`);
  return japanese;
}

/** A decision as its cell says it: the codes stay as they are. */
function decision(english: string): string {
  return english
    .replace('look again', '再確認')
    .replace(/^MOVE to nobody/, 'MOVE なし')
    .replace(/^MOVE to /, 'MOVE ')
    .replace(/^REHEARSE nobody/, 'REHEARSE なし')
    .replace(/, (not told|silent)/, '、通知なし')
    .replace(', told', '、通知あり');
}

function translated([head = [], ...rows]: Cells): Cells {
  return [
    head.map(inJapanese),
    ...rows.map(([situation = '', ...rest]) => [inJapanese(situation), ...rest.map(decision)]),
  ];
}

/** docs/ja/decision-table.md as it must be. */
export function japaneseDecisionTable(): string {
  return `[English](../decision-table.md) · 日本語

# 判定表

その時点でAWSから得た情報に対して、VerifyInstanceStateが何を決めるかを示します。\`functions/verify-instance-state/rules.ts\` から生成しており、内容が異なるとテストが失敗します。
生成し直すには \`npm run docs\` を実行します。

## 規則

上から順に見て、最初に当てはまる規則で決まります。以下の表では、規則の番号を括弧内に示します。VIPは仮想IPアドレスの略です。

${RULES.map(({ name }, index) => `${index + 1}. ${inJapanese(name)}`).join('\n')}

規則の結果は、次の条件に従って実行します。

- **リハーサル** では何も変更しません。実際に切り替える場合の移動先で全ステートを実行し、規則を報告します。**定期チェック** も、修復が不要な場合と修復できない場合は、通知せずに同じことを行います。
  結果はメトリクス \`Ready\` と準備状態のアラームに現れます。
- ノードに \`vip-failover:paused\` のタグがある間は、イベント、アラーム、定期チェックでは移動しません。そのために行わなかった処理を、1回だけ通知します。手動では移動できます。
- ワークフローが自動で移動し、その後、優先ノードが設定した時間以上正常であれば、定期チェックが優先ノードに切り戻します（\`FAILBACK\`）。
- 要求の前後に、ワークフローが別のノードからさらにほかのノードへ自動で移動していた場合や、先に受け付けた要求の移動があとになった場合は、定期チェックが最後に要求したノードに移動します（\`CLAIMED\`）。人が移動した場合は移動しません。

## 実行の最初の判定

ノードは優先順に **a**、**b**、**c** です。状況に記載がなければ、aがVIPを保持し、全ノードが正常で、疑いがなくなるまで十分な回数確認したものとします。「–」で始まる状況は、上の状況に条件を加えたものです。
MOVEは全VIPをそのノードに移動します。NONEは何もせずに実行を終えます。FAILはそのエラーで実行を終え、特に記載がなければ通知します。
REHEARSEはそのノードで全ステートを実行します。コロンの後は、実際の実行で行うことです。「再確認」は、間隔を置いてステートをやり直します。

${table(translated(firstDecisions()))}

## 同じ実行の中での再判定

直前の試行では、VIPをaからbに移動しようとしました。イベントと定期チェックではaの異常が理由で、切り替え訓練とbを指定したフェイルオーバーでは人の要求が理由です。
状況の先頭は、再判定のきっかけとなったエラーです。

${table(translated(laterDecisions()))}

## 正常性の判定

次のすべてを満たすノードを正常とします。インスタンスが \`running\` である。システム、インスタンス、アタッチ済みEBSのどのステータスチェックも \`impaired\` ではない。
インターフェイスがアタッチされ、クラスターのサブネットにある。どのアラームも \`ALARM\` ではない。
タグ \`vip-failover:standby\` = \`never\` があるノードと、同じ実行の中で、割り当てが拒否されたノードと停止したノードは、移動先の候補になりません。

候補の順位は、次のように決めます。人の要求で移動元となるノードは最後にします。次に、EC2が原因のはっきりしないエラーで割り当てを拒否した回数が少ないものを優先します。
次に指定ノード（定期チェックのように指定がない場合は、最後に要求したノード）、次にステータスチェックがすべて \`ok\` のノード（未完了より優先）、次に一部のVIPを保持しているノード、最後に設定の順とします。
`;
}
