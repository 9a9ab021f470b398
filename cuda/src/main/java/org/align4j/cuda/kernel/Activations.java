package org.align4j.cuda.kernel;

import static org.align4j.cuda.kernel.Elements.check;

import org.align4j.core.ops.Gelu;
import org.align4j.cuda.driver.Device;

/**
 * Elementwise functions of activations: {@code activations.cu}, the bits of core's {@code
 * ActivationKernels}, and what may lie where as there.
 */
public final class Activations {

  private final Call swiglu;
  private final Call swigluGradient;
  private final Call geglu;
  private final Call gegluGradient;
  private final Call gelu;
  private final Call geluGradient;

  /** The kernels of a loaded program. */
  public Activations(Device.Program program) {
    swiglu = new Call(program, "swiglu");
    swigluGradient = new Call(program, "swiglu_gradient");
    geglu = new Call(program, "geglu");
    gegluGradient = new Call(program, "geglu_gradient");
    gelu = new Call(program, "gelu");
    geluGradient = new Call(program, "gelu_gradient");
  }

  /** {@code y = gate · sigmoid(gate) · up}; y may be gate or up. */
  public void swiglu(DeviceMatrix gate, DeviceMatrix up, DeviceMatrix y, int rows, int columns) {
    gated(swiglu, gate, up, y, rows, columns);
  }

  /** {@code y = gelu(gate) · up}, the tanh form; y may be gate or up. */
  public void geglu(DeviceMatrix gate, DeviceMatrix up, DeviceMatrix y, int rows, int columns) {
    gated(geglu, gate, up, y, rows, columns);
  }

  private static void gated(
      Call call, DeviceMatrix gate, DeviceMatrix up, DeviceMatrix y, int rows, int columns) {
    check("gate", gate, rows, columns);
    check("up", up, rows, columns);
    check("y", y, rows, columns);
    call.begin().matrix(gate).matrix(up).matrix(y).integer(rows).integer(columns);
    Elements.launch(call, rows, columns);
  }

  /** Gradients of {@link #swiglu}, overwritten; they may be gate, up or dy. */
  public void swigluGradient(
      DeviceMatrix gate,
      DeviceMatrix up,
      DeviceMatrix dy,
      DeviceMatrix dGate,
      DeviceMatrix dUp,
      int rows,
      int columns) {
    gatedGradient(swigluGradient, gate, up, dy, dGate, dUp, rows, columns);
  }

  /** Gradients of {@link #geglu}, overwritten; they may be gate, up or dy. */
  public void gegluGradient(
      DeviceMatrix gate,
      DeviceMatrix up,
      DeviceMatrix dy,
      DeviceMatrix dGate,
      DeviceMatrix dUp,
      int rows,
      int columns) {
    gatedGradient(gegluGradient, gate, up, dy, dGate, dUp, rows, columns);
  }

  private static void gatedGradient(
      Call call,
      DeviceMatrix gate,
      DeviceMatrix up,
      DeviceMatrix dy,
      DeviceMatrix dGate,
      DeviceMatrix dUp,
      int rows,
      int columns) {
    check("gate", gate, rows, columns);
    check("up", up, rows, columns);
    check("dy", dy, rows, columns);
    check("dGate", dGate, rows, columns);
    check("dUp", dUp, rows, columns);
    call.begin().matrix(gate).matrix(up).matrix(dy).matrix(dGate).matrix(dUp);
    call.integer(rows).integer(columns);
    Elements.launch(call, rows, columns);
  }

  /** {@code y = gelu(x)}; y may be x. */
  public void gelu(DeviceMatrix x, Gelu form, DeviceMatrix y, int rows, int columns) {
    check("x", x, rows, columns);
    check("y", y, rows, columns);
    gelu.begin().matrix(x).flag(form == Gelu.ERF).matrix(y).integer(rows).integer(columns);
    Elements.launch(gelu, rows, columns);
  }

  /** Gradient of {@link #gelu}, overwritten or added; dx may be dy or x. */
  public void geluGradient(
      DeviceMatrix x,
      Gelu form,
      DeviceMatrix dy,
      DeviceMatrix dx,
      boolean add,
      int rows,
      int columns) {
    check("x", x, rows, columns);
    check("dy", dy, rows, columns);
    check("dx", dx, rows, columns);
    geluGradient.begin().matrix(x).flag(form == Gelu.ERF).matrix(dy).matrix(dx).flag(add);
    geluGradient.integer(rows).integer(columns);
    Elements.launch(geluGradient, rows, columns);
  }
}
