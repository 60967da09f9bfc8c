import { TransientAwsError } from '../../../functions/shared/errors';
import { orNotRead } from '../../../functions/shared/findings';
import type { Finding } from '../../../functions/shared/plan';

test('findings are passed on', async () => {
  const findings: Finding[] = [{ severity: 'warning', code: 'NO_RESERVATION', detail: '10.0.0.5' }];
  await expect(orNotRead(Promise.resolve(findings), 0)).resolves.toBe(findings);
});

test('what could not be read is read again twice, and then a problem that says why', async () => {
  const error = new TransientAwsError('DescribeSubnets: 503: no answer');
  await expect(orNotRead(Promise.reject(error), 0)).rejects.toBe(error);
  await expect(orNotRead(Promise.reject(error), 1)).rejects.toBe(error);
  await expect(orNotRead(Promise.reject(error), 2)).resolves.toEqual([
    { severity: 'problem', code: 'NOT_READ', detail: 'TransientAwsError: DescribeSubnets: 503: no answer' },
  ]);
});

test('what the role may not read is a problem at once', async () => {
  const denied = Object.assign(new Error('not authorized'), { name: 'UnauthorizedOperation' });
  await expect(orNotRead(Promise.reject(denied), 0)).resolves.toEqual([
    { severity: 'problem', code: 'NOT_READ', detail: 'UnauthorizedOperation: not authorized' },
  ]);
});
