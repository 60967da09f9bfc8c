/** What this product puts on the event bus, and takes from it: the source of both, and their detail types. */
export const EVENT_SOURCE = 'vip-failover';

/** How a node's cluster software says that the node is active now: the detail type before the instance's ID. */
export const CLAIM_TYPE = 'Virtual IP Claim ';

/** How an execution ended. No rule of the stack matches it. */
export const OUTCOME_TYPE = 'Virtual IP Failover Outcome';
