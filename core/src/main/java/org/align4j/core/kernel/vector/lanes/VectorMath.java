package org.align4j.core.kernel.vector.lanes;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static org.align4j.core.kernel.vector.lanes.Lanes.all;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import org.align4j.core.kernel.scalar.ScalarMath;

/**
 * Elementary functions of vectors. Each lane goes through the same exact operations, so a value
 * gives the same bits in every lane, every tail and on every machine; {@link ScalarMath} does them
 * for one float.
 *
 * <p>Constants are vectors already: the compiler stops inlining after a number of nodes, and
 * broadcasting them in place makes a kernel with an exponential too large (it then boxes every
 * vector, at a tenth of the speed). For the same reason a loop holds one exponential at most.
 */
public final class VectorMath {

  public static final FloatVector ZERO = all(0f);
  public static final FloatVector ONE = all(1f);
  public static final FloatVector HALF = all(0.5f);
  private static final FloatVector MINUS_TWO = all(-2f);
  private static final FloatVector LOG2_E = all(ScalarMath.LOG2_E);
  private static final FloatVector MINUS_LN2_HIGH = all(ScalarMath.MINUS_LN2_HIGH);
  private static final FloatVector MINUS_LN2_LOW = all(ScalarMath.MINUS_LN2_LOW);
  private static final FloatVector ROUNDING = all(ScalarMath.ROUNDING);
  private static final FloatVector SMALLEST = all(ScalarMath.SMALLEST);
  private static final IntVector EXPONENT_OF_ONE = ONE.reinterpretAsInts();
  private static final FloatVector EXP_6 = all(ScalarMath.EXP_6);
  private static final FloatVector EXP_5 = all(ScalarMath.EXP_5);
  private static final FloatVector EXP_4 = all(ScalarMath.EXP_4);
  private static final FloatVector EXP_3 = all(ScalarMath.EXP_3);
  private static final FloatVector EXP_2 = all(ScalarMath.EXP_2);
  private static final FloatVector TANH_SCALE = all(ScalarMath.TANH_SCALE);
  private static final FloatVector TANH_CUBE = all(ScalarMath.TANH_CUBE);
  private static final FloatVector TANH_SLOPE = all(ScalarMath.TANH_SLOPE);
  private static final FloatVector NORMAL_SCALE = all(ScalarMath.NORMAL_SCALE);
  private static final FloatVector ERF_P = all(ScalarMath.ERF_P);
  private static final FloatVector ERF_5 = all(ScalarMath.ERF_5);
  private static final FloatVector ERF_4 = all(ScalarMath.ERF_4);
  private static final FloatVector ERF_3 = all(ScalarMath.ERF_3);
  private static final FloatVector ERF_2 = all(ScalarMath.ERF_2);
  private static final FloatVector ERF_1 = all(ScalarMath.ERF_1);

  private VectorMath() {}

  /*
   * e^x for x up to 88, to 1.2e-7 (Cephes expf); exactly 0 below −87.33 and at −∞, NaN at NaN. It
   * is written as three steps, exponential(x, t, polynomial(x, t)) with t = exponent(x), and never
   * as one method: a method whose own code exceeds 2,500 bytes is not inlined any more, and then
   * every vector around it is boxed.
   */

  /** First step: {@code x·log2(e)} rounded, the integer in the low bits. */
  public static FloatVector exponent(FloatVector x) {
    return x.fma(LOG2_E, ROUNDING);
  }

  /** Second step: {@code e^r}, {@code r = x − n·ln 2}. */
  public static FloatVector polynomial(FloatVector x, FloatVector t) {
    FloatVector n = t.sub(ROUNDING);
    FloatVector r = n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2_HIGH, x));
    FloatVector p = r.fma(EXP_6, EXP_5).fma(r, EXP_4).fma(r, EXP_3).fma(r, EXP_2).fma(r, HALF);
    return p.fma(r.mul(r), r.add(ONE));
  }

  /** Third step: {@code 2ⁿ·e^r}, 0 where it would be subnormal. */
  public static FloatVector exponential(FloatVector x, FloatVector t, FloatVector p) {
    IntVector power = t.reinterpretAsInts().lanewise(LSHL, 23).add(EXPONENT_OF_ONE);
    return p.mul(power.reinterpretAsFloats()).blend(ZERO, x.compare(LT, SMALLEST));
  }

  /** {@code 1/(1 + e^−x)} given {@code e = e^−|x|}: without overflow. */
  public static FloatVector sigmoid(FloatVector x, FloatVector e) {
    return ONE.blend(e, x.compare(LT, ZERO)).div(e.add(ONE));
  }

  /** Φ(x) given {@code e = exp(−x²/2)}: Abramowitz and Stegun 7.1.26, error 7.5e-8. */
  public static FloatVector normal(FloatVector x, FloatVector e) {
    FloatVector t = ONE.div(x.abs().fma(ERF_P, ONE));
    FloatVector sum = t.fma(ERF_5, ERF_4).fma(t, ERF_3).fma(t, ERF_2).fma(t, ERF_1);
    FloatVector tail = sum.mul(t).mul(e);
    return tail.blend(ONE.sub(tail), x.compare(GE, ZERO));
  }

  /** {@code −x²/2}. */
  public static FloatVector bellArgument(FloatVector x) {
    return x.mul(x).mul(HALF).neg();
  }

  /** Derivative of {@code x·Φ(x)} given {@code e = exp(−x²/2)}. */
  public static FloatVector geluErfSlope(FloatVector x, FloatVector e) {
    return e.mul(NORMAL_SCALE).fma(x, normal(x, e));
  }

  /** Argument u of the tanh of GELU's tanh form. */
  public static FloatVector tanhArgument(FloatVector x) {
    return x.mul(x).fma(TANH_CUBE, ONE).mul(x).mul(TANH_SCALE);
  }

  /** {@code −2|u|}. */
  public static FloatVector minusTwice(FloatVector u) {
    return u.abs().mul(MINUS_TWO);
  }

  /** {@code tanh(u)} given {@code e = exp(−2|u|)}. */
  public static FloatVector tanh(FloatVector u, FloatVector e) {
    FloatVector tanh = ONE.sub(e).div(e.add(ONE));
    return tanh.blend(tanh.neg(), u.compare(LT, ZERO));
  }

  /** Derivative of {@code ½x(1 + tanh u)}. */
  public static FloatVector geluTanhSlope(FloatVector x, FloatVector tanh) {
    FloatVector slope = x.mul(x).fma(TANH_SLOPE, ONE).mul(TANH_SCALE);
    FloatVector bend = ONE.sub(tanh.mul(tanh)).mul(x).mul(slope);
    return tanh.add(ONE).add(bend).mul(HALF);
  }
}
