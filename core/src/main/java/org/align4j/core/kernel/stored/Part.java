package org.align4j.core.kernel.stored;

/**
 * A run of quantised numbers with one scale, decoded: number i is the weight {@code scale · q_i +
 * offset}. Where a format has no offset it is -0, which changes no bit of a product, not even the
 * sign of a zero.
 */
public final class Part {

  /** Numbers of the largest part. */
  static final int LENGTH = 32;

  final int[] numbers = new int[LENGTH];
  float scale;
  float offset;

  /** The quantised number i. */
  public int number(int i) {
    return numbers[i];
  }

  /** What each number is multiplied with. */
  public float scale() {
    return scale;
  }

  /** What is added to each product. */
  public float offset() {
    return offset;
  }

  /** The weight i. */
  float value(int i) {
    return scale * numbers[i] + offset;
  }

  void set(float scaling, float added) {
    scale = scaling;
    offset = added;
  }
}
