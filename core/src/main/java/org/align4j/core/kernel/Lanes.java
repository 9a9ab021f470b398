package org.align4j.core.kernel;

import static org.align4j.core.kernel.Memory.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector shape of this processor and its loads and stores at absolute addresses. The methods
 * are small enough to be inlined; the large micro-kernels call the Vector API itself, whose methods
 * are inlined however many they are.
 */
final class Lanes {

  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  static final int COUNT = SPECIES.length();

  /** Bytes of one vector. */
  static final long BYTES = (long) COUNT * Float.BYTES;

  static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private static final VectorShuffle<Float> BY_EIGHT = rotation(8);
  private static final VectorShuffle<Float> BY_FOUR = rotation(4);
  private static final VectorShuffle<Float> BY_TWO = rotation(2);
  private static final VectorShuffle<Float> BY_ONE = rotation(1);

  private Lanes() {}

  private static VectorShuffle<Float> rotation(int by) {
    return VectorShuffle.fromOp(SPECIES, i -> (i + by) % COUNT);
  }

  static FloatVector load(long address) {
    return FloatVector.fromMemorySegment(SPECIES, ALL, address, ORDER);
  }

  static FloatVector load(long address, VectorMask<Float> mask) {
    return FloatVector.fromMemorySegment(SPECIES, ALL, address, ORDER, mask);
  }

  static void store(FloatVector v, long address) {
    v.intoMemorySegment(ALL, address, ORDER);
  }

  static void store(FloatVector v, long address, VectorMask<Float> mask) {
    v.intoMemorySegment(ALL, address, ORDER, mask);
  }

  static FloatVector all(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  static FloatVector zero() {
    return FloatVector.zero(SPECIES);
  }

  /** The first {@code n} lanes. */
  static VectorMask<Float> first(int n) {
    return SPECIES.indexInRange(0, n);
  }

  /** Largest multiple of the lanes up to {@code n}. */
  static int bound(int n) {
    return n & -COUNT;
  }

  /** Sum of the lanes in one fixed order; {@code reduceLanes} promises none. */
  static float sum(FloatVector v) {
    if (COUNT >= 16) {
      v = v.add(v.rearrange(BY_EIGHT));
    }
    if (COUNT >= 8) {
      v = v.add(v.rearrange(BY_FOUR));
    }
    v = v.add(v.rearrange(BY_TWO));
    return v.add(v.rearrange(BY_ONE)).lane(0);
  }

  /**
   * The larger of each lane by comparison: two instructions in place of the six of a strict max.
   */
  static FloatVector max(FloatVector a, FloatVector b) {
    return a.blend(b, b.compare(VectorOperators.GT, a));
  }

  /** Largest lane. */
  static float max(FloatVector v) {
    if (COUNT >= 16) {
      v = max(v, v.rearrange(BY_EIGHT));
    }
    if (COUNT >= 8) {
      v = max(v, v.rearrange(BY_FOUR));
    }
    v = max(v, v.rearrange(BY_TWO));
    return max(v, v.rearrange(BY_ONE)).lane(0);
  }
}
