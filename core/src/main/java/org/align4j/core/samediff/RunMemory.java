package org.align4j.core.samediff;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.internal.memory.AbstractMemoryMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.LongShapeDescriptor;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The arrays of a session: whatever a run took and did not answer is used again by the next run of
 * the same shapes, or freed.
 *
 * <p>ND4J's own manager gives no such promise. Its session forgets to release about every second
 * array that was used before, and the memory then waits for the garbage collector: 400 KB a step
 * for a graph of two ops on 768 KB.
 */
final class RunMemory extends AbstractMemoryMgr {

  /** Arrays that no run of the last few wanted are freed when they hold more than this. */
  private static final long IDLE_BYTES = 64L << 20;

  private static final int IDLE_RUNS = 8;

  private final Map<Key, Pool> pools = new HashMap<>();
  private final Set<INDArray> taken = Collections.newSetFromMap(new IdentityHashMap<>());
  private long run;

  private record Key(DataType type, String shape) {}

  private static final class Pool {
    private final ArrayDeque<INDArray> free = new ArrayDeque<>();
    private long lastRun;
  }

  /** Whether arrays can be given new ids: not in 1.0.0-M1.1, which keeps its own manager. */
  static boolean supported() {
    return NewId.ASSIGN != null;
  }

  private static Key key(DataType type, long[] shape) {
    return new Key(type, Arrays.toString(shape));
  }

  @Override
  public INDArray allocate(boolean detached, DataType type, long... shape) {
    Pool pool = pools.computeIfAbsent(key(type, shape), key -> new Pool());
    pool.lastRun = run;
    INDArray array = pool.free.poll();
    if (array == null) {
      array = Nd4j.createUninitializedDetached(type, shape);
    } else {
      NewId.give(array);
    }
    taken.add(array);
    return array;
  }

  @Override
  public INDArray allocate(boolean detached, LongShapeDescriptor descriptor) {
    if (descriptor.isEmpty()) {
      return Nd4j.create(descriptor);
    }
    return allocate(detached, descriptor.dataType(), descriptor.getShape());
  }

  /** Takes an array back; one that is not of this run, or came back before, is left alone. */
  @Override
  public void release(INDArray array) {
    if (taken.remove(array) && !array.wasClosed()) {
      Pool pool = pools.computeIfAbsent(key(array.dataType(), array.shape()), key -> new Pool());
      pool.free.add(array);
    }
  }

  /** Ends a run: the outputs belong to the caller from now on, all else comes back. */
  void endRun(Collection<INDArray> outputs) {
    outputs.forEach(taken::remove);
    new ArrayList<>(taken).forEach(this::release);
    taken.clear();
    run++;
    long idle = 0;
    for (Pool pool : pools.values()) {
      if (run - pool.lastRun > IDLE_RUNS) {
        idle += bytes(pool);
      }
    }
    if (idle > IDLE_BYTES) {
      pools
          .values()
          .removeIf(pool -> {
            boolean old = run - pool.lastRun > IDLE_RUNS;
            if (old) {
              pool.free.forEach(HostArrays::free);
            }
            return old;
          });
    }
  }

  private static long bytes(Pool pool) {
    long bytes = 0;
    for (INDArray array : pool.free) {
      bytes += array.length() * array.dataType().width();
    }
    return bytes;
  }

  @Override
  public void close() {
    for (Pool pool : pools.values()) {
      pool.free.forEach(HostArrays::free);
    }
    pools.clear();
  }

  /** A session tells arrays apart by their ids. */
  private static final class NewId {

    private static final @Nullable Method ASSIGN = find();

    private NewId() {}

    private static @Nullable Method find() {
      try {
        return Class.forName("org.nd4j.linalg.api.ndarray.BaseNDArray").getMethod("assignNewId");
      } catch (ReflectiveOperationException e) {
        return null;
      }
    }

    static void give(INDArray array) {
      Method assign = ASSIGN;
      if (assign != null) {
        try {
          assign.invoke(array);
        } catch (IllegalAccessException | InvocationTargetException e) {
          throw new IllegalStateException("an array got no new id", e);
        }
      }
    }
  }
}
