package org.align4j.core.kernel.vector.lanes;

import static com.google.common.base.Preconditions.checkArgument;
import static org.align4j.core.kernel.memory.Memory.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.align4j.core.kernel.SumTree;
import org.jspecify.annotations.Nullable;

/**
 * The vector shape of this processor and its loads and stores at absolute addresses. The methods
 * are small enough to be inlined; the large micro-kernels call the Vector API itself, whose methods
 * are inlined however many they are.
 */
public final class Lanes {

  /** Number of lanes, for tests; 1 for the scalar kernels. */
  public static final String PROPERTY = "align4j.lanes";

  public static final VectorSpecies<Float> SPECIES = species(Integer.getInteger(PROPERTY));
  public static final VectorSpecies<Integer> INTS = SPECIES.withLanes(int.class);
  public static final int COUNT = SPECIES.length();

  /** Bytes of one vector. */
  public static final long BYTES = (long) COUNT * Float.BYTES;

  public static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private Lanes() {}

  /** The shape of this processor, or another for tests: slow where the processor has none. */
  private static VectorSpecies<Float> species(@Nullable Integer lanes) {
    int count = lanes == null ? Math.clamp(FloatVector.SPECIES_PREFERRED.length(), 4, 16) : lanes;
    checkArgument(
        count == 4 || count == 8 || count == 16, "%s is %s: 4, 8 or 16 is known", PROPERTY, count);
    return VectorSpecies.of(float.class, VectorShape.forBitSize(count * Float.SIZE));
  }

  public static FloatVector load(long address) {
    return FloatVector.fromMemorySegment(SPECIES, ALL, address, ORDER);
  }

  public static FloatVector load(long address, VectorMask<Float> mask) {
    return FloatVector.fromMemorySegment(SPECIES, ALL, address, ORDER, mask);
  }

  public static void store(FloatVector v, long address) {
    v.intoMemorySegment(ALL, address, ORDER);
  }

  public static void store(FloatVector v, long address, VectorMask<Float> mask) {
    v.intoMemorySegment(ALL, address, ORDER, mask);
  }

  public static FloatVector all(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  public static FloatVector zero() {
    return FloatVector.zero(SPECIES);
  }

  /** The first {@code n} lanes. */
  public static VectorMask<Float> first(int n) {
    return SPECIES.indexInRange(0, n);
  }

  /** Largest multiple of the lanes up to {@code n}. */
  public static int bound(int n) {
    return n & -COUNT;
  }

  /**
   * Sum of the lanes, halves onto each other until one is left, as {@link SumTree} has it; {@code
   * reduceLanes} promises no order. Lane by lane: rotations of a vector were left boxed in three
   * JVMs of twelve.
   */
  public static float sum(FloatVector v) {
    float a = v.lane(0);
    float b = v.lane(1);
    float c = v.lane(2);
    float d = v.lane(3);
    if (COUNT == 8) {
      a += v.lane(4);
      b += v.lane(5);
      c += v.lane(6);
      d += v.lane(7);
    } else if (COUNT == 16) {
      a = (a + v.lane(8)) + (v.lane(4) + v.lane(12));
      b = (b + v.lane(9)) + (v.lane(5) + v.lane(13));
      c = (c + v.lane(10)) + (v.lane(6) + v.lane(14));
      d = (d + v.lane(11)) + (v.lane(7) + v.lane(15));
    }
    return (a + c) + (b + d);
  }

  /**
   * The larger of each lane by comparison: two instructions in place of the six of a strict max.
   */
  public static FloatVector max(FloatVector a, FloatVector b) {
    return a.blend(b, b.compare(VectorOperators.GT, a));
  }
}
