import { AssignPrivateIpAddressesCommand, EC2Client, UnassignPrivateIpAddressesCommand } from '@aws-sdk/client-ec2';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';

const ec2 = new EC2Client({});
const sns = new SNSClient({});

/** What people write by hand: two calls with fixed IDs, and a message. Here to be compared with. */
export const handler = async (): Promise<void> => {
  const addresses = [process.env.VIRTUAL_IP ?? ''];
  await ec2.send(
    new UnassignPrivateIpAddressesCommand({
      NetworkInterfaceId: process.env.ACTIVE_INTERFACE,
      PrivateIpAddresses: addresses,
    }),
  );
  await ec2.send(
    new AssignPrivateIpAddressesCommand({
      NetworkInterfaceId: process.env.STANDBY_INTERFACE,
      PrivateIpAddresses: addresses,
      AllowReassignment: true,
    }),
  );
  await sns.send(
    new PublishCommand({ TopicArn: process.env.TOPIC_ARN, Subject: 'Failover', Message: 'The address was moved.' }),
  );
};
