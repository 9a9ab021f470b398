package org.align4j.algorithms.reward;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSortedMap;
import java.util.ServiceLoader;
import org.align4j.algorithms.registry.Registry;

/** Rewards by name. */
public final class Rewards {

  private Rewards() {}

  /** All rewards on the class path of this thread. */
  public static ImmutableSortedMap<String, Reward> all() {
    ImmutableSortedMap.Builder<String, Reward> map = ImmutableSortedMap.naturalOrder();
    for (Reward reward : ServiceLoader.load(Reward.class)) {
      map.put(reward.name(), reward);
    }
    return map.buildOrThrow();
  }

  /** The reward of this name; the error names the nearest one. */
  public static Reward named(String name) {
    var all = all();
    Reward reward = all.get(name);
    checkArgument(reward != null, "%s", Registry.Names.unknown("reward", name, all.keySet()));
    return reward;
  }
}
