import { detailInJapanese } from '../../../functions/notify/locales/ja-details';
import type { Finding } from '../../../functions/shared/plan';
import { finding } from './builders';

const cases: readonly [Finding['code'], string, string][] = [
  [
    'FLAPPING',
    'the alarms of mail-2 (i-0b) changed less than 5 minutes ago',
    '直近5分以内に mail-2 (i-0b) のアラームが変化しています',
  ],
  [
    'FLAPPING',
    'the application answers nowhere; the addresses moved 2 times in an hour',
    'どのノードでもアプリケーションが応答していません。IPアドレスは直近1時間に2回移動しました',
  ],
  [
    'ELASTIC_IP_ELSEWHERE',
    'eipalloc-0a belongs on 10.0.0.5, and is on no address of eni-0c: a move would take it from there',
    '10.0.0.5 に設定された eipalloc-0a は eni-0c にあり、移動するとそこから外れます',
  ],
  [
    'NO_ROOM',
    'eni-0b of mail-2 (i-0b) would use 11 slots for addresses, 9 of them prefixes; m5.large has 10',
    'mail-2 (i-0b) の eni-0b に必要なアドレス枠は 11（うちプレフィックス 9）ですが、m5.large の上限は 10 です',
  ],
  [
    'NO_ROOM',
    'eni-0b of i-0b would use 5 slots for addresses; t3.small has 4',
    'i-0b の eni-0b に必要なアドレス枠は 5 ですが、t3.small の上限は 4 です',
  ],
  [
    'OUTSIDE_SUBNET',
    '10.0.9.5 is not in 10.0.0.0/24 of subnet-0a',
    '10.0.9.5 は subnet-0a の 10.0.0.0/24 に含まれません',
  ],
  [
    'ELASTIC_IP_ELSEWHERE',
    'eipalloc-0a belongs on 10.0.0.5, and is on 10.0.0.9 of eni-0c: a move would take it from there',
    '10.0.0.5 に設定された eipalloc-0a は eni-0c の 10.0.0.9 にあり、移動するとそこから外れます',
  ],
  [
    'INSTANCE_REPLACED',
    'eni-0a is attached to i-0f; the configuration names i-0a. Change instanceId to i-0f and deploy',
    'eni-0a は i-0f にアタッチされていますが、設定では i-0a です。instanceId を i-0f に変更してデプロイしてください',
  ],
  [
    'UNREADABLE_TAG',
    'vip-failover:standby = nevr on i-0a: only "never" has a meaning',
    'i-0a のタグ vip-failover:standby = nevr。有効な値は "never" だけです',
  ],
  ['NOT_READ', 'DescribeAlarms: AccessDenied: no', 'DescribeAlarms: AccessDenied: no'],
  ['NO_RESERVATION', '10.0.0.5', '10.0.0.5'],
  [
    'NO_HEALTHY_STANDBY',
    'No node of cluster "mail" can take 10.0.0.5. i-0a: NOT_RUNNING (stopped). i-0a: again.',
    '10.0.0.5、i-0a',
  ],
  ['NOTICE_LOST', '', ''],
  ['NOBODY_LISTENS', 'arn:aws:sns:eu-central-1:1:Topic', 'arn:aws:sns:eu-central-1:1:Topic'],
];

test.each(cases)('%s: %s', (code, english, japanese) => {
  expect(detailInJapanese(finding(code, english))).toBe(japanese);
});

test('what a tag says stands as it is, whatever is in it', () => {
  const value = '$1 on i-0b: $2\nnevr';
  const detail = `vip-failover:standby = ${value} on i-0a: only "never" has a meaning`;
  expect(detailInJapanese(finding('UNREADABLE_TAG', detail))).toContain(`vip-failover:standby = ${value}。`);
});
