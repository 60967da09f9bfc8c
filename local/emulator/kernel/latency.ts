/** How long an API call takes, in milliseconds; `random` is uniform in [0, 1). */
export type Latency = (service: string, action: string, random: () => number) => number;

/** Enough to see an order of events. */
export const QUICK: Latency = () => 3;

/**
 * Assumptions, not measurements of AWS: [median, the most that chance adds], for a caller in the same Region over a
 * connection that is already open. Describe calls of EC2 take around a hundred milliseconds, changes of addresses a few
 * times as long; SNS and Step Functions answer within tens.
 */
export const REALISTIC_LATENCIES: Readonly<Record<string, readonly [median: number, spread: number]>> = {
  'ec2:DescribeInstances': [120, 120],
  'ec2:DescribeInstanceStatus': [100, 100],
  'ec2:DescribeNetworkInterfaces': [110, 110],
  'ec2:DescribeAddresses': [80, 80],
  'ec2:DescribeInstanceTypes': [90, 90],
  'ec2:DescribeSubnets': [80, 80],
  'ec2:DescribeTags': [80, 80],
  'ec2:GetSubnetCidrReservations': [80, 80],
  'ec2:AssignPrivateIpAddresses': [350, 250],
  'ec2:UnassignPrivateIpAddresses': [350, 250],
  'ec2:AssociateAddress': [450, 300],
  'ec2:DisassociateAddress': [450, 300],
  'ec2:StartInstances': [400, 300],
  'ec2:StopInstances': [400, 300],
  'ec2:TerminateInstances': [400, 300],
  'ec2:CreateTags': [200, 150],
  'ec2:DeleteTags': [200, 150],
  'ec2:CreateSubnetCidrReservation': [200, 150],
  'sns:Publish': [30, 30],
  'monitoring:DescribeAlarms': [60, 60],
  'monitoring:DescribeAlarmHistory': [60, 60],
  'monitoring:GetMetricData': [60, 60],
  'monitoring:SetAlarmState': [60, 60],
  'states:StartExecution': [40, 40],
  'states:StartSyncExecution': [40, 40],
};

/** Half of the calls take the median or less; the slowest take the median and the spread. */
export const REALISTIC: Latency = (service, action, random) => {
  const [median, spread] = REALISTIC_LATENCIES[`${service}:${action}`] ?? [50, 50];
  const draw = random();
  return Math.round(draw < 0.5 ? median * (0.7 + 0.6 * draw) : median + spread * (2 * draw - 1) ** 3);
};
