package org.align4j.cuda.kernel;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Locale;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.driver.DeviceProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All kernels on a device: machine code where there is some for its kind, else PTX, which the
 * driver compiles.
 */
public final class CudaKernels {

  /**
   * System property: true lets Hopper's own kernel make large products in bfloat16 where it gives
   * the same bits. Default: false, since no card has run it yet.
   */
  public static final String WGMMA = "align4j.cuda.wgmma";

  /** Machine code of what only Hopper has. */
  public static final String HOPPER = "kernels.sm_90a.cubin";

  private static final Logger log = LoggerFactory.getLogger(CudaKernels.class);

  private static final String FOLDER = "/org/align4j/cuda/";

  private final Rows rows;
  private final Norms norms;
  private final Activations activations;
  private final Attention attention;
  private final Products products;
  private final Heads heads;
  private final Divergences divergences;
  private final OptimiserKernels optimiser;

  /** Loads them. */
  public CudaKernels(Device device) {
    this(device, image(device.properties()));
    if (Boolean.getBoolean(WGMMA)) {
      takeWgmma(device);
    }
  }

  private void takeWgmma(Device device) {
    if (!isHopper(device.properties())) {
      log.warn("-D{}=true: {} has no wgmma", WGMMA, device.properties().name());
      return;
    }
    double difference = products.takeWgmma(device, device.load(bytes(HOPPER)));
    if (difference != 0) {
      log.warn(
          "-D{}=true: wgmma is not taken, since sums differ from those of mma.sync by {} of the"
              + " largest",
          WGMMA,
          difference);
    }
  }

  private CudaKernels(Device device, byte[] image) {
    Device.Program program = device.load(image);
    rows = new Rows(program);
    norms = new Norms(program);
    activations = new Activations(program);
    attention = new Attention(program, rows);
    products = new Products(program, device.properties().processors());
    heads = new Heads(program);
    divergences = new Divergences(program);
    optimiser = new OptimiserKernels(program);
  }

  /** Loads the PTX, whatever the device is: what drivers of GPUs to come will do. */
  public static CudaKernels ofText(Device device) {
    return new CudaKernels(device, bytes("kernels.compute_80.ptx"));
  }

  /** Machine code of a major version runs on all minor ones from its own on. */
  static byte[] image(DeviceProperties device) {
    String name = String.format(Locale.ROOT, "kernels.sm_%d0.cubin", device.major());
    return bytes(
        CudaKernels.class.getResource(FOLDER + name) == null ? "kernels.compute_80.ptx" : name);
  }

  /** Compute capability 9.0, which alone has {@code wgmma}. */
  public static boolean isHopper(DeviceProperties device) {
    return device.major() == 9 && device.minor() == 0;
  }

  static byte[] bytes(String name) {
    URL image = CudaKernels.class.getResource(FOLDER + name);
    checkState(image != null, "this jar has no %s%s: build it with its resources", FOLDER, name);
    try {
      return Resources.toByteArray(image);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Copies, sums and rotations of rows. */
  public Rows rows() {
    return rows;
  }

  /** Norms of rows. */
  public Norms norms() {
    return norms;
  }

  /** Elementwise functions. */
  public Activations activations() {
    return activations;
  }

  /** Attention. */
  public Attention attention() {
    return attention;
  }

  /** Matrix products. */
  public Products products() {
    return products;
  }

  /** Heads. */
  public Heads heads() {
    return heads;
  }

  /** Divergences between heads. */
  public Divergences divergences() {
    return divergences;
  }

  /** Passes over all parameters. */
  public OptimiserKernels optimiser() {
    return optimiser;
  }
}
