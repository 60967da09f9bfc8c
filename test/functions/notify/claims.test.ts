import { composeNotice } from '../../../functions/notify/compose';
import { en } from '../../../functions/notify/locales/en';
import { ja } from '../../../functions/notify/locales/ja';
import { readiness } from '../../../functions/notify/metrics';
import { invalidPlan } from '../../../functions/verify-instance-state/plan';
import { A, B, BY_CLAIM, cluster, failed, holders, lambdaError, look, refusal, reports } from './builders';

/** A claim of mail-2 that failed, and how it stands after it. */
function refused(error: string, shown: ReturnType<typeof look>) {
  const sick = reports([A, B], { [B.instanceId]: [{ code: 'INSTANCE_CHECK_IMPAIRED', detail: 'impaired' }] });
  const plan = refusal('TARGET_UNHEALTHY', lambdaError(error, 'x'), {
    ...BY_CLAIM,
    target: B.instanceId,
    holders: holders(cluster(), A),
    nodes: sick,
  });
  const input = failed(plan);
  const notice = composeNotice(input, { snapshot: shown });
  return { input, notice, subject: en.subject(notice), japanese: ja.subject(notice) };
}

const CLAIM_OF_NOBODY = {
  source: 'vip-failover',
  'detail-type': 'Virtual IP Claim i-0bad',
  detail: { cluster: 'mail' },
};
const RUNNING = look(A, ['running', 'running']);

test('a claim that was refused: the application may be active where the address is not, so somebody should look', () => {
  const { notice, subject, japanese } = refused('TargetUnhealthy', RUNNING);
  expect(subject).toBe('[mail] CHECK: 10.0.0.5 on mail-1, claim of mail-2 refused');
  expect(japanese).toBe('[mail] 要確認: 10.0.0.5 は mail-1 にあります。mail-2 の要求は拒否されました');
  expect(en.body(notice, 'UTC')).toContain('Claim of mail-2 refused: the requested target is unhealthy');
  expect(en.body(notice, 'UTC')).toContain('\nSomebody should look at it.');
  expect(ja.body(notice, 'UTC')).toContain('状況を確認してください。');
});

test('it says nothing untrue of the other nodes, and of the next failover nothing', () => {
  const { input, notice } = refused('TargetUnhealthy', RUNNING);
  expect(notice.repair).toEqual([]);
  expect(readiness(input, notice, null)).toBeNull();
});

test('a claim that failed while the holder died is a failure like any other', () => {
  const { input, notice, subject } = refused('TargetUnhealthy', look(A, ['stopped', 'running']));
  expect(subject).toBe('[mail] DOWN: 10.0.0.5 on stopped mail-1');
  expect(readiness(input, notice, null)).toBe(0);
});

test('a claim whose proof failed, but that was carried out', () => {
  expect(refused('NotConverged', look(B, ['running', 'running'])).notice.status).not.toBe('CHECK');
});

test('a claim that was not understood is no good news', () => {
  const input = { ...failed(invalidPlan(cluster(), 'detail-type names nobody', null)), input: CLAIM_OF_NOBODY };
  const notice = composeNotice(input, { snapshot: RUNNING });
  expect(notice.status).toBe('CHECK');
  expect(composeNotice({ ...input, input: { mode: 'drill' } }, { snapshot: RUNNING }).status).toBe('OK');
});
