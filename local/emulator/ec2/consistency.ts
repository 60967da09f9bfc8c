import type { World, WorldView } from './model/world';

/**
 * How far reads lag behind changes, in milliseconds; a function draws it anew for each read, as different servers answer.
 * For EC2 the world must keep as much history (`buildWorld`'s `history`).
 * @see EC2 Developer Guide, "Eventual consistency in the Amazon EC2 API"
 */
export type Lag = number | (() => number);

export function drawn(lag: Lag): number {
  return typeof lag === 'function' ? lag() : lag;
}

export function laggingView(world: World, lag: Lag): WorldView {
  return world.view(world.clock.now() - drawn(lag));
}
