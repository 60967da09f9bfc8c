import type { World, WorldView } from '../world/world';

/**
 * How far EC2's describe calls lag behind changes, in milliseconds; a function draws it anew for each read, as different
 * servers answer. The world must keep as much history (`buildWorld`'s `history`).
 * @see EC2 Developer Guide, "Eventual consistency in the Amazon EC2 API"
 */
export type Lag = number | (() => number);

export function laggingView(world: World, lag: Lag): WorldView {
  const milliseconds = typeof lag === 'function' ? lag() : lag;
  return world.view(world.clock.now() - milliseconds);
}
