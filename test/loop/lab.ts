/**
 * Where a test gets between `reconcile` and `decide`: to shuffle actions, to ask twice, or to plant a bug.
 */
import type { decide } from '../../runtime/loop/decide';
import type { Decision } from '../../runtime/loop/platform';
import type { World } from './world';

type Decide = typeof decide;
/** What stands between, with the world that it happens in. */
export type Between = (world: World, decide: Decide, ...given: Parameters<Decide>) => Decision;

/** The look of which world is being taken: looks interleave, but nothing is awaited inside of `decide`. */
const current: { world?: World; between?: Between } = {};

export function inside(world: World, between: Between | undefined): void {
  current.world = world;
  if (between) current.between = between;
  else delete current.between;
}

/** Takes the place of the module; the rest of it stays. */
export function around(actual: { readonly decide: Decide }): { readonly decide: Decide } {
  const replacement: Decide = (...given) => {
    const { world, between } = current;
    if (!world || !between) return actual.decide(...given);
    const decision = between(world, actual.decide, ...given);
    world.decided = decision.actions.length;
    return decision;
  };
  return { ...actual, decide: replacement };
}

/** Any order of a look's actions must do. The same look, asked again, must decide the same and leave its inputs alone. */
export const shuffled: Between = (world, decide, ...given) => {
  const decision = decide(...given);
  if (world.chance(0.02)) {
    const again = decide(...structuredClone(given));
    world.umpire.demand(5, JSON.stringify(again) === JSON.stringify(decision), 'the same world gives another decision');
  }
  const actions = [...decision.actions];
  for (let i = actions.length - 1; i > 0; i--) {
    const j = Math.floor(world.random() * (i + 1));
    [actions[i], actions[j]] = [actions[j]!, actions[i]!];
  }
  return { ...decision, actions };
};
