/** Imported before the functions: what they send while they load is kept from the network, and seen. */
import { EC2Client } from '@aws-sdk/client-ec2';
import { SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';

export const clients = [mockClient(EC2Client), mockClient(SNSClient)] as const;
