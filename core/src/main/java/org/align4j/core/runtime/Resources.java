package org.align4j.core.runtime;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.Threads;
import org.jspecify.annotations.Nullable;

/**
 * What the networks and optimisers of a run compute with: kernels, one pool of threads and a budget
 * of memory. Results do not depend on the threads; with another budget, batches are cut elsewhere,
 * and gradients differ by rounding. Whoever says nothing shares those of the process.
 *
 * <p>The SameDiff engine takes its memory from here; its threads are ND4J's ({@code
 * OMP_NUM_THREADS}).
 */
public final class Resources implements AutoCloseable {

  /** A network's budget where nothing else is said: 1 GiB. */
  public static final long USUAL_MEMORY = 1L << 30;

  private static final long LEAST_MEMORY = 1L << 26;

  private static @Nullable Resources shared;

  private final Threads threads;
  private final long memory;
  private final boolean recompute;
  private final Kernels kernels;
  private final Precision precision;

  private Resources(
      Threads threads, long memory, boolean recompute, Kernels kernels, Precision precision) {
    this.threads = threads;
    this.memory = memory;
    this.recompute = recompute;
    this.kernels = kernels;
    this.precision = precision;
  }

  /**
   * Your own resources, to be closed after the networks that use them.
   *
   * @param threads that compute, the caller among them; at least 1
   * @param memory bytes that each network may use for what it keeps from a forward to its backward
   *     pass and for what it scores at once, at least 64 MiB; weights, gradients, optimiser and
   *     key-value cache come on top
   */
  public static Resources of(int threads, long memory) {
    checkArgument(threads > 0, "threads is %s: it must be at least 1", threads);
    checkArgument(
        memory >= LEAST_MEMORY,
        "memory is %s bytes: it must be at least 64 MiB (%s)",
        memory,
        LEAST_MEMORY);
    return new Resources(new Threads(threads), memory, false, KernelChoice.best(), Precision.FP32);
  }

  /** Those of the process: a thread per processor and 1 GiB unless {@link #share} said else. */
  public static synchronized Resources shared() {
    if (shared == null) {
      shared = of(Runtime.getRuntime().availableProcessors(), USUAL_MEMORY);
    }
    return shared;
  }

  /** Sets those of the process, before anything uses them. */
  public static synchronized void share(
      int threads, long memory, boolean recompute, Precision precision) {
    checkState(shared == null, "the shared resources are in use: set them before any network");
    Resources kept = of(threads, memory).with(precision);
    shared = recompute ? kept.withRecompute() : kept;
  }

  /**
   * The same threads, memory and kernels; the plan engine keeps only some activations for the
   * backward pass and makes the others again: less memory, about a third more time, the same bits
   * for the same batch. Closing one closes both.
   */
  public Resources withRecompute() {
    return new Resources(threads, memory, true, kernels, precision);
  }

  /** The same threads and memory with other kernels; closing one closes both. */
  public Resources with(Kernels other) {
    return new Resources(threads, memory, recompute, other, precision);
  }

  /** The same with products in another precision; closing one closes both. */
  public Resources with(Precision other) {
    return new Resources(threads, memory, recompute, kernels, other);
  }

  /** Of matrix products; an engine refuses those it does not have. */
  public Precision precision() {
    return precision;
  }

  /** The vector kernels where {@code jdk.incubator.vector} is resolved, else the scalar ones. */
  public Kernels kernels() {
    return kernels;
  }

  /** The pool. Callers take turns. */
  public Threads threads() {
    return threads;
  }

  /** Whether activations are made again in the backward pass. */
  public boolean recompute() {
    return recompute;
  }

  /** The budget in bytes. */
  public long memory() {
    return memory;
  }

  /** Bytes of it for what a forward pass keeps for its backward pass: 768 MiB of 1 GiB. */
  public long trainBytes() {
    return memory / 4 * 3;
  }

  /** Bytes of it for what is scored at once: 40 MiB of 1 GiB. */
  public long scoreBytes() {
    return memory / 128 * 5;
  }

  /** Bytes of it for logits that a forward pass keeps: 144 MiB of 1 GiB. */
  public long logitBytes() {
    return memory / 64 * 9;
  }

  /** Ends the threads. */
  @Override
  public void close() {
    threads.close();
  }
}
