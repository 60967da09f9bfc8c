/**
 * What the first edition told in the same situations: English subject, the first paragraph, Japanese subject. Taken from
 * docs/notices.md of that time.
 */
export interface Before {
  /** Of today's ending. */
  readonly title: string;
  readonly subject: string;
  readonly opening: readonly string[];
  readonly japanese: string;
}

export const FIRST_EDITION: readonly Before[] = [
  {
    title: 'FAILED_OVER: the active node stopped, a third node is still healthy',
    subject: '[mail] Failover: 10.0.0.5 moved',
    opening: [
      '10.0.0.5 moved to i-0000000000000000b (eni-0000000000000000b). EC2 shows the addresses there and nowhere else.',
    ],
    japanese: 'フェイルオーバーが起動されました。',
  },
  {
    title: 'FAILED_OVER: the active node stopped, and no healthy standby is left',
    subject: '[mail] Failover: 10.0.0.5 moved',
    opening: [
      '10.0.0.5 moved to i-0000000000000000b (eni-0000000000000000b). EC2 shows the addresses there and nowhere else.',
      'WARNING: no healthy standby is left. If this node dies too, nothing can take over. Repair another node.',
    ],
    japanese: 'フェイルオーバーが起動されました。',
  },
  {
    title: 'FAILED_OVER: a scheduled check found two addresses, one with an Elastic IP, on nobody',
    subject: '[mail] Failover: 10.0.0.5, 10.0.0.6 moved',
    opening: [
      '10.0.0.5, 10.0.0.6 moved to i-0000000000000000b (eni-0000000000000000b). EC2 shows the addresses there and nowhere else.',
      'WARNING: no healthy standby is left. If this node dies too, nothing can take over. Repair another node.',
    ],
    japanese: 'フェイルオーバーが起動されました。',
  },
  {
    title: 'FAILED_OVER: a configured Elastic IP was put back',
    subject: '[mail] Elastic IP put back',
    opening: [
      'Every configured Elastic IP is on its address again, as EC2 shows. The addresses stayed where they were.',
    ],
    japanese: 'Elastic IPを関連付け直しました。（mail）',
  },
  {
    title: 'DRILLED',
    subject: '[mail] Drill: 10.0.0.5 moved',
    opening: [
      'Drill: 10.0.0.5 moved to i-0000000000000000b (eni-0000000000000000b). EC2 shows the addresses there and nowhere else.',
    ],
    japanese: '切り替え訓練が完了しました。（mail）',
  },
  {
    title: 'REHEARSED: a failover would work',
    subject: '[mail] Rehearsal: a failover would work',
    opening: [
      'This was a rehearsal: every step ran, nothing was changed.',
      'A real failover would change nothing now. If the holder died, 10.0.0.5 would move to i-0000000000000000b (eni-0000000000000000b).',
    ],
    japanese: 'リハーサルが完了しました。（mail）',
  },
  {
    title: 'REHEARSED: a failover would fail',
    subject: '[mail] Rehearsal: a real failover would fail',
    opening: [
      'This was a rehearsal: every step ran, nothing was changed.',
      'A real failover would fail: see the findings.',
    ],
    japanese: 'リハーサルで問題が見つかりました。（mail）',
  },
  {
    title: 'NOTHING_TO_DO, to the person who asked: the target has the address already',
    subject: '[mail] Nothing to do',
    opening: ['Nothing was done.'],
    japanese: '処理の必要はありませんでした。（mail）',
  },
  {
    title: 'FAILED: the address is on nobody, another node could take it',
    subject: '[mail] FAILED: UnauthorizedOperation',
    opening: ['The execution failed. What you can do stands below.'],
    japanese: 'フェイルオーバー処理に失敗しました。（mail）',
  },
  {
    title: 'FAILED: no healthy standby, the stopped holder has the address',
    subject: '[mail] FAILED: NoHealthyStandby',
    opening: ['The execution failed. What you can do stands below.'],
    japanese: 'フェイルオーバー処理に失敗しました。（mail）',
  },
  {
    title: 'FAILED: the holder is gone, and the last node refused the address',
    subject: '[mail] FAILED: NoHealthyStandby',
    opening: ['The execution failed. What you can do stands below.'],
    japanese: 'フェイルオーバー処理に失敗しました。（mail）',
  },
  {
    title: 'FAILED: a stranger holds the address',
    subject: '[mail] FAILED: HeldByStranger',
    opening: ['The execution failed. What you can do stands below.'],
    japanese: 'フェイルオーバー処理に失敗しました。（mail）',
  },
  {
    title: 'FAILED: the address is a primary address',
    subject: '[mail] FAILED: PrimaryAddress',
    opening: ['The execution failed. What you can do stands below.'],
    japanese: 'フェイルオーバー処理に失敗しました。（mail）',
  },
  {
    title: "FAILED: a drill's target has no room, the address is safe on the old holder",
    subject: '[mail] FAILED: TargetRefused',
    opening: ['The execution failed. What you can do stands below.'],
    japanese: 'フェイルオーバー処理に失敗しました。（mail）',
  },
  {
    title: "FAILED: a drill's target is unhealthy",
    subject: '[mail] FAILED: TargetUnhealthy',
    opening: ['The execution failed. What you can do stands below.'],
    japanese: 'フェイルオーバー処理に失敗しました。（mail）',
  },
  {
    title: 'FAILED: looking failed, too',
    subject: '[mail] FAILED: States.Timeout',
    opening: ['The execution failed. What you can do stands below.'],
    japanese: 'フェイルオーバー処理に失敗しました。（mail）',
  },
];
