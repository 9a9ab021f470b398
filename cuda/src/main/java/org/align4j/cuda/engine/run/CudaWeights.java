package org.align4j.cuda.engine.run;

import java.util.HashMap;
import java.util.Map;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.tensor.Gradients;
import org.align4j.core.tensor.Parameters;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.align4j.cuda.kernel.Weight;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The parameters of a network in device memory: the trained ones in one run of floats, in their
 * order, beside the frozen ones. Host arrays are brought up to date when somebody asks for them.
 */
public final class CudaWeights implements AutoCloseable {

  private final Gpu gpu;
  private final Device device;
  private final Parameters parameters;
  private final @Nullable CudaFrozen frozen;
  private final DeviceBuffer values;
  private final DeviceBuffer gradient;
  private final DeviceBuffer unread;
  private final Map<String, Sum> sums = new HashMap<>();
  private @Nullable Gradients gradients;
  private boolean gradientCopied;
  private boolean hostStale;
  private boolean sumsStale;
  private boolean closed;

  /** A vector plus a constant. */
  private record Sum(long source, float offset, int length, DeviceBuffer target) {}

  /**
   * The weights of a network.
   *
   * @param parameters that are trained
   * @param frozen all others; null where there are none
   */
  public CudaWeights(Gpu gpu, Parameters parameters, @Nullable CudaFrozen frozen) {
    this.gpu = gpu;
    this.device = gpu.device();
    this.parameters = parameters;
    this.frozen = frozen;
    this.values = new DeviceBuffer(device);
    this.gradient = new DeviceBuffer(device);
    this.unread = new DeviceBuffer(device);
    values.reserve(Float.BYTES * parameters.size());
    upload();
  }

  private void upload() {
    for (String name : parameters.names()) {
      device.write(address(values, name), HostArrays.memory(parameters.get(name)));
    }
  }

  private long address(DeviceBuffer flat, String name) {
    return flat.address() + Float.BYTES * parameters.offset(name);
  }

  /** Whether a parameter is trained: only then it has a gradient. */
  public boolean trains(PlanNode parameter) {
    return parameters.contains(parameter.name());
  }

  /** A parameter {@code [rows, columns]} as products and look-ups read it. */
  public Weight matrix(PlanNode parameter) {
    return frozen == null || trains(parameter)
        ? Weight.of(
            DeviceMatrix.dense(
                address(values, parameter.name()), parameter.rows(), parameter.columns()))
        : frozen.matrix(parameter);
  }

  /** Address of all values of a parameter as float32. */
  public long floats(PlanNode parameter) {
    return frozen == null || trains(parameter)
        ? address(values, parameter.name())
        : frozen.floats(parameter);
  }

  /** Address of a vector plus a constant, up to date from {@link #refresh} on. */
  public long plus(PlanNode parameter, float offset) {
    if (offset == 0) {
      return floats(parameter);
    }
    return sums.computeIfAbsent(
            parameter.name() + ' ' + offset,
            key -> {
              sumsStale = true;
              DeviceBuffer target = new DeviceBuffer(device);
              target.reserve((long) Float.BYTES * parameter.columns());
              return new Sum(floats(parameter), offset, parameter.columns(), target);
            })
        .target
        .address();
  }

  /** Makes what is made of parameters anew where these were written. */
  public void refresh() {
    if (!sumsStale) {
      return;
    }
    for (Sum sum : sums.values()) {
      DeviceMatrix target = DeviceMatrix.dense(sum.target.address(), 1, sum.length);
      device.fill(target.address(), Float.floatToRawIntBits(sum.offset), sum.length);
      gpu.kernels()
          .rows()
          .addRows(DeviceMatrix.dense(sum.source, 1, sum.length), target, target, 1, sum.length);
    }
    sumsStale = false;
  }

  /** Address of the gradient of a parameter; of a frozen one, memory that nobody reads. */
  public long gradient(PlanNode parameter) {
    return trains(parameter)
        ? flatGradient() + Float.BYTES * parameters.offset(parameter.name())
        : unread.reserve((long) Float.BYTES * parameter.rows() * parameter.columns());
  }

  /** The gradient of a parameter {@code [rows, columns]}. */
  public DeviceMatrix gradientMatrix(PlanNode parameter) {
    return DeviceMatrix.dense(gradient(parameter), parameter.rows(), parameter.columns());
  }

  /** Address of all gradients, made and zeroed at the first call. */
  public long flatGradient() {
    var _ = gradients();
    return gradient.address();
  }

  /** Address of all trained parameters. */
  public long flat() {
    return values.address();
  }

  /** The gradients, made at the first call: a network that only scores has none. */
  public Gradients gradients() {
    Gradients made = gradients;
    if (made == null) {
      gradient.reserve(Float.BYTES * parameters.size());
      device.fill(gradient.address(), 0, parameters.size());
      made = new Gradients(parameters, new OnDevice());
      gradients = made;
    }
    return made;
  }

  /** A backward pass has added to the gradients: a copy in host memory is out of date. */
  public void gradientChanged() {
    gradientCopied = false;
  }

  /** Gradients of the device. */
  private final class OnDevice implements Gradients.Elsewhere {

    @Override
    public void read(INDArray flat) {
      synchronized (gpu) {
        if (!gradientCopied) {
          device.read(gradient.address(), HostArrays.memory(flat));
          gradientCopied = true;
        }
      }
    }

    @Override
    public void write(INDArray flat) {
      synchronized (gpu) {
        device.write(gradient.address(), HostArrays.memory(flat));
        gradientCopied = true;
      }
    }

    @Override
    public void zero() {
      synchronized (gpu) {
        device.fill(gradient.address(), 0, parameters.size());
        gradientCopied = false;
      }
    }
  }

  /** The parameters on the device were written: those in host memory are out of date. */
  public void updated() {
    hostStale = true;
    sumsStale = true;
  }

  /** The parameters in host memory were written. */
  public void changed() {
    upload();
    hostStale = false;
    sumsStale = true;
  }

  /** The parameters in host memory, brought up to date. */
  public Parameters parameters() {
    if (hostStale && !closed) {
      for (String name : parameters.names()) {
        device.read(address(values, name), HostArrays.memory(parameters.get(name)));
      }
      hostStale = false;
    }
    return parameters;
  }

  /** Frees the gradients and the parameters in host memory: nobody reads them any more. */
  public void freeze() {
    gradient.close();
    hostStale = false;
    parameters.free(parameters.names());
  }

  @Override
  public void close() {
    if (gradients != null) {
      gradients.close();
    }
    closed = true;
    values.close();
    gradient.close();
    unread.close();
    sums.values().forEach(sum -> sum.target.close());
  }
}
