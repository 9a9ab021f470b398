package org.align4j.algorithms.run.memory;

import java.util.Locale;

/**
 * What a job keeps in memory, in bytes.
 *
 * @param weights of what learns, in all forms
 * @param frozen weights that do not learn, as they are held
 * @param gradients of what learns
 * @param moments of the optimiser, and the moving average
 * @param cache keys and values of the sequences decoded at once
 * @param activations and logits of the largest passes
 * @param java the virtual machine; 0 where the memory is a device's
 */
public record MemoryPlan(
    long weights,
    long frozen,
    long gradients,
    long moments,
    long cache,
    long activations,
    long java) {

  /** The Java virtual machine, its heap and its code: what small runs are measured to take. */
  static final long JAVA = 400L << 20;

  private static final double GIGA = 1e9;

  /** All of it. */
  public long total() {
    return weights + frozen + gradients + moments + cache + activations + java;
  }

  /** The plan in one sentence. */
  public String text() {
    return String.format(
        Locale.ROOT,
        "memory: %.2f GB: %.2f weights that learn, %.2f frozen weights, %.2f gradients, %.2f moments,"
            + " %.2f key-value cache, %.2f activations%s",
        total() / GIGA,
        weights / GIGA,
        frozen / GIGA,
        gradients / GIGA,
        moments / GIGA,
        cache / GIGA,
        activations / GIGA,
        java == 0 ? "" : String.format(Locale.ROOT, ", %.2f Java", java / GIGA));
  }
}
