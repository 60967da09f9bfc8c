/**
 * The workflow's own errors. Lambda reports an error's `name` as `errorType`, and that is what Retry and Catch match, so
 * every name is written out: a minifier may rename classes, never strings.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */

/** The execution's input is none of those that the workflow knows. */
export class InvalidInput extends Error {
  override name = 'InvalidInput';
}

/** A virtual IP is some interface's primary address, which EC2 never moves. */
export class PrimaryAddress extends Error {
  override name = 'PrimaryAddress';
}

/** A virtual IP is on an interface that belongs to no node of the cluster. */
export class HeldByStranger extends Error {
  override name = 'HeldByStranger';
}

/** The target that a person named is not healthy. */
export class TargetUnhealthy extends Error {
  override name = 'TargetUnhealthy';
}

/** No node of the cluster can take the addresses. */
export class NoHealthyStandby extends Error {
  override name = 'NoHealthyStandby';
}

/** A fresh event says that the holder is down, EC2 says that it runs: look again. */
export class StateUnsettled extends Error {
  override name = 'StateUnsettled';
}

/** The target's interface is gone or has no room for the addresses: decide again. */
export class TargetCannotHold extends Error {
  override name = 'TargetCannotHold';
}

/** The target died after the assignment: decide again. */
export class TargetLost extends Error {
  override name = 'TargetLost';
}

/** Another execution moved the addresses away from the target: decide again. */
export class Superseded extends Error {
  override name = 'Superseded';
}

/** The plan is too old to act on: decide again. */
export class PlanStale extends Error {
  override name = 'PlanStale';
}

/** The target that a person named could not take the addresses; they are safe on another node. */
export class TargetRefused extends Error {
  override name = 'TargetRefused';
}

/** The addresses are on the target, but a configured Elastic IP is not on one of them: decide again. */
export class ElasticIpMissing extends Error {
  override name = 'ElasticIpMissing';
}

/** The addresses are on the target, but a configured Elastic IP is not, although it was associated twice. */
export class ElasticIpNotAssociated extends Error {
  override name = 'ElasticIpNotAssociated';
}

/** EC2 does not show the move yet: look again. */
export class NotConverged extends Error {
  override name = 'NotConverged';
}

/** The execution has no time left for anything but the failure notice. */
export class DeadlineExceeded extends Error {
  override name = 'DeadlineExceeded';
}

/** Throttling, 5xx, a timeout or a broken connection: the same call may work later. */
export class TransientAwsError extends Error {
  override name = 'TransientAwsError';
}
