/** The package's entry: the construct and the types of its properties, for use in other CDK apps. */
export { ConfigError } from './config';
export type { ClusterConfig } from './config-schema';
export type { FunctionName } from './functions';
export type {
  ApplicationCheckProps,
  ClusterProps,
  InstanceState,
  NodeProps,
  VirtualIpFailoverProps,
  VirtualIpProps,
} from './props';
export { VirtualIpFailover } from './virtual-ip-failover';
