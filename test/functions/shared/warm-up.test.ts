import '../support/quiet';
import { DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { logger } from '../../../functions/shared/logger';
import { warmUp } from '../../../functions/shared/warm-up';

afterEach(() => jest.restoreAllMocks());

test('a warm-up walks through the whole client, but for the network', async () => {
  const warn = jest.spyOn(logger, 'warn').mockImplementation();
  const sent: string[] = [];
  const client = new EC2Client({
    credentials: async () => {
      sent.push('signed');
      return { accessKeyId: 'a', secretAccessKey: 'b' };
    },
    requestHandler: {
      handle: async () => {
        sent.push('network');
        throw new Error('This must not be sent.');
      },
    },
  });
  const outputs: unknown[] = [];
  await warmUp(new DescribeNetworkInterfacesCommand({}), async (command) => {
    outputs.push(await client.send(command));
  });
  expect(sent).toEqual(['signed']);
  expect(outputs).toHaveLength(1);
  expect(warn).not.toHaveBeenCalled();
});

test.each([
  ['an error', new Error('no Region'), 'no Region'],
  ['anything else', 'odd', 'odd'],
])('a warm-up that fails with %s is logged and delays nothing', async (_name, reason, message) => {
  const warn = jest.spyOn(logger, 'warn').mockImplementation();
  await expect(warmUp(new DescribeNetworkInterfacesCommand({}), () => Promise.reject(reason))).resolves.toBeUndefined();
  expect(warn.mock.calls).toEqual([['warming up failed', expect.objectContaining({ message })]]);
  expect(warn.mock.calls[0]?.[1]).toBeInstanceOf(Error);
});
