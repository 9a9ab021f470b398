package org.align4j.core.runtime;

import org.nd4j.common.io.Resource;
import org.nd4j.linalg.factory.Environment;
import org.nd4j.linalg.factory.Nd4jBackend;

/**
 * Looks, when ND4J starts and before its backends do, whether ND4J's CUDA backend could run where
 * it is the only one; else its own answer would be 70 lines. ND4J asks every backend of the class
 * path for its priority first: this one is never chosen.
 */
public final class Nd4jGpuCheck extends Nd4jBackend {

  private static final String CPU = "org/nd4j/linalg/cpu/nativecpu/CpuBackend.class";
  private static final String GPU = "org/nd4j/linalg/jcublas/JCublasBackend.class";

  /** For the service loader. */
  public Nd4jGpuCheck() {}

  /**
   * The lowest.
   *
   * @throws UnavailableException if ND4J can compute on a GPU only, and cannot
   */
  @Override
  public int getPriority() {
    if (has(GPU) && !has(CPU)) {
      Nd4jGpu.check();
    }
    return -1_000_000;
  }

  private static boolean has(String resource) {
    ClassLoader loader = Nd4jGpuCheck.class.getClassLoader();
    return loader != null && loader.getResource(resource) != null;
  }

  @Override
  public boolean isAvailable() {
    return false;
  }

  @Override
  public boolean canRun() {
    return false;
  }

  @Override
  public boolean allowsOrder() {
    return false;
  }

  @Override
  public Resource getConfigurationResource() {
    throw new UnsupportedOperationException();
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class getNDArrayClass() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Environment getEnvironment() {
    throw new UnsupportedOperationException();
  }

  @Override
  public String buildInfo() {
    return "";
  }

  @Override
  public void logBackendInit() {}
}
