package org.align4j.core.random;

/**
 * Counter-based random numbers: each is a pure function of a seed, a stream and a counter, so a
 * sequence draws the same numbers whatever it is batched with, and nothing needs saving but
 * counters.
 *
 * <p>The key words are absorbed one after another by the finaliser of SplitMix64 (Steele, Lea and
 * Flood 2014; Stafford's variant 13), each step a bijection of 64 bits.
 */
public final class CounterRandom {

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private CounterRandom() {}

  /** 64 random bits of this seed, stream and counter. */
  public static long bits(long seed, long stream, long counter) {
    long h = mix(seed + GOLDEN);
    h = mix((h ^ stream) + GOLDEN);
    return mix((h ^ counter) + GOLDEN);
  }

  /** Uniform in [0,1), 53 bits. */
  public static double uniform(long seed, long stream, long counter) {
    return (bits(seed, stream, counter) >>> 11) * 0x1.0p-53;
  }

  /** Standard normal, by Box and Muller: the same on every machine. */
  public static double gaussian(long seed, long stream, long counter) {
    // 1 - u is in (0,1], so the logarithm is finite
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - uniform(seed, stream, 2 * counter)));
    return radius * StrictMath.cos(2 * StrictMath.PI * uniform(seed, stream, 2 * counter + 1));
  }

  /** A stream of this name. */
  public static long stream(String name) {
    long h = mix(name.length() + GOLDEN);
    for (int i = 0; i < name.length(); i++) {
      h = mix((h ^ name.charAt(i)) + GOLDEN);
    }
    return h;
  }

  private static long mix(long value) {
    long z = value;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
