package org.align4j.algorithms.reward;

import org.align4j.algorithms.registry.Registry;

/** Rewards by name. */
public final class Rewards {

  private Rewards() {}

  /** All rewards on the class path of this thread. */
  public static Registry<Reward> registry() {
    return Registry.load("reward", Reward.class);
  }

  /** The reward of this name; the error names the nearest one. */
  public static Reward named(String name) {
    return registry().get(name);
  }
}
