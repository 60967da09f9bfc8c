import type { ApiResponse } from '../../../../local/emulator/kernel/api';
import { accessKeyOfRole } from '../../../../local/emulator/kernel/caller';
import { ACCOUNT, cloud, role, signed, template } from '../services-harness';

const ask = async (action: string, accessKey?: string): Promise<ApiResponse> => {
  const { services } = cloud({ template: template(role('Notify', [])) });
  const answer = await services.dispatch(signed(`Action=${action}&Version=2011-06-15`, 'sts', accessKey));
  if (answer === 'reset') throw new Error('The connection broke.');
  return answer;
};

test('a developer at the keyboard is the account', async () => {
  const { status, body } = await ask('GetCallerIdentity');
  expect(status).toBe(200);
  expect(body).toContain(
    `<GetCallerIdentityResult><Arn>arn:aws:iam::${ACCOUNT}:root</Arn><UserId>${ACCOUNT}</UserId><Account>${ACCOUNT}</Account>`,
  );
});

test('a function is its role’s session, and needs no permission to know', async () => {
  const { body } = await ask('GetCallerIdentity', accessKeyOfRole('Notify'));
  expect(body).toContain(`<Arn>arn:aws:sts::${ACCOUNT}:assumed-role/Notify/Notify</Arn>`);
  expect(body).toMatch(/<UserId>AROA[A-Z2-7]{16}:Notify<\/UserId>/);
});

test('an unknown action is refused by name, an unknown parameter too', async () => {
  expect(await ask('AssumeRole')).toMatchObject({ status: 400, body: expect.stringContaining('AssumeRole') });
  expect((await ask('AssumeRole')).body).toContain('<Code>InvalidAction</Code>');
  expect((await ask('GetCallerIdentity&Who=me')).body).toContain('<Code>UnknownParameter</Code>');
});

test('an unsigned request is refused in the words of STS', async () => {
  const { services } = cloud();
  const { headers, ...request } = signed('Action=GetCallerIdentity&Version=2011-06-15');
  expect(await services.dispatch({ ...request, headers: {} })).toMatchObject({
    status: 403,
    body: expect.stringContaining('sts.amazonaws.com'),
  });
});
