import type { Finding } from '../../functions/shared/plan';

/** What to do about each finding, in one sentence. */
export const ADVICE: Readonly<Record<Finding['code'], string>> = {
  PRIMARY_ADDRESS: 'EC2 never moves a primary address: use a secondary one, and change virtualIps.',
  HELD_BY_STRANGER: 'Take the address off that interface, or name its node in the configuration.',
  TARGET_UNHEALTHY: 'Repair the node, or exclude it.',
  NO_HEALTHY_STANDBY: 'Repair or start a node: until then nothing can take over.',
  PAUSED: 'End the pause when the work is done: vip-failover resume CLUSTER.',
  FLAPPING: 'Find out why the alarms go up and down in turn.',
  CLAIMED_IN_TURN: 'The cluster software of several nodes thinks that it is active: repair its communication.',
  NO_ROOM: 'Take addresses or prefixes off that interface, or use a larger instance type.',
  NO_RESERVATION:
    'aws ec2 create-subnet-cidr-reservation --subnet-id SUBNET --cidr ADDRESS/32 --reservation-type explicit, or handover "atomic".',
  OUTSIDE_SUBNET: 'Choose an address inside the subnet, or correct subnetId.',
  RESERVED_BY_AWS: 'Choose another address.',
  SECURITY_GROUPS_DIFFER: 'Give the interfaces of all nodes the same security groups.',
  SOURCE_DEST_CHECK_DIFFERS: 'Switch the source/destination check on, or off, for all nodes.',
  ELASTIC_IP_UNKNOWN: 'Correct elasticIpAllocationId.',
  ELASTIC_IP_ELSEWHERE: 'Take the Elastic IP off the other address, or correct elasticIpAllocationId.',
  INSTANCE_REPLACED: 'Name the new instance in the configuration, and deploy.',
  UNREADABLE_TAG: 'Correct the tag, or delete it.',
  ALARM_UNKNOWN: 'Correct the name among the alarms of its node, or create the alarm.',
  NOT_READ: 'Find out why it could not be read: permissions of this role or user, or AWS itself.',
  UNASSIGN_REFUSED: 'Look at the permissions of the Lambda UnassignIp.',
  NOTICE_LOST: 'Look at the topic, its policy and its key; the records have what was to be told.',
  EVENT_LOST:
    'Look at the permissions of the Lambda Notify for the event bus; the records have what programs did not get.',
  CHAT_LOST: 'Look at the topic of the chat, its policy and its key; the records have what was to be told.',
  NOBODY_LISTENS: 'Confirm the subscription in the mail of AWS Notifications, or add one.',
};
