/** A node with this tag set to `never` takes no addresses. */
export const STANDBY_TAG = 'vip-failover:standby';

/** While any node of the cluster has this tag, nothing moves by itself. `until=2026-12-01T18:00+09:00` in its value ends that; the rest says why. */
export const PAUSED_TAG = 'vip-failover:paused';
