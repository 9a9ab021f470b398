package org.align4j.cuda.check.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.driver.DeviceProperties;
import org.align4j.cuda.kernel.Activations;
import org.align4j.cuda.kernel.Attention;
import org.align4j.cuda.kernel.CudaKernels;
import org.align4j.cuda.kernel.Divergences;
import org.align4j.cuda.kernel.Heads;
import org.align4j.cuda.kernel.Norms;
import org.align4j.cuda.kernel.OptimiserKernels;
import org.align4j.cuda.kernel.Products;
import org.align4j.cuda.kernel.Rows;

/**
 * The launchers of one image of the kernels.
 *
 * @param products as the engine launches them
 * @param largeProducts in large tiles, whatever the result is
 * @param smallProducts in small tiles
 */
public record Launchers(
    Rows rows,
    Norms norms,
    Activations activations,
    Attention attention,
    Products products,
    Products largeProducts,
    Products smallProducts,
    Heads heads,
    Divergences divergences,
    OptimiserKernels optimiser) {

  private static final String FOLDER = "/org/align4j/cuda/";

  /** The file that the driver compiles. */
  public static final String TEXT = "kernels.compute_80.ptx";

  /**
   * Loads an image.
   *
   * @param workspace bytes in which products keep factors in bfloat16, as long as the device is
   */
  public static Launchers load(Device device, byte[] image, long workspace) {
    Device.Program program = device.load(image);
    Rows rows = new Rows(program);
    Launchers launchers =
        new Launchers(
            rows,
            new Norms(program),
            new Activations(program),
            new Attention(program, rows),
            new Products(program, device.properties().processors()),
            new Products(program, 1),
            new Products(program, Integer.MAX_VALUE),
            new Heads(program),
            new Divergences(program),
            new OptimiserKernels(program));
    long address = device.allocate(workspace);
    launchers.products.workspace(address, workspace);
    launchers.largeProducts.workspace(address, workspace);
    return launchers;
  }

  /** The file of machine code for a device, whether there is one or not. */
  public static String machineCode(DeviceProperties device) {
    return String.format(Locale.ROOT, "kernels.sm_%d0.cubin", device.major());
  }

  /** Whether the jar has a file. */
  public static boolean has(String name) {
    return CudaKernels.class.getResource(FOLDER + name) != null;
  }

  /** The bytes of a file of the jar. */
  public static byte[] image(String name) {
    try (InputStream in = CudaKernels.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new IllegalStateException("this jar has no " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
