import { TransientAwsError } from '../../../functions/shared/errors';
import { orNotRead } from '../../../functions/shared/findings';
import type { Finding } from '../../../functions/shared/plan';

test('findings are passed on', async () => {
  const findings: Finding[] = [{ severity: 'warning', code: 'NO_RESERVATION', detail: '10.0.0.5' }];
  await expect(orNotRead(Promise.resolve(findings))).resolves.toBe(findings);
});

test('what could not be read is a problem that says why', async () => {
  const reading = Promise.reject(new TransientAwsError('DescribeSubnets: 503: no answer'));
  await expect(orNotRead(reading)).resolves.toEqual([
    { severity: 'problem', code: 'NOT_READ', detail: 'TransientAwsError: DescribeSubnets: 503: no answer' },
  ]);
});
