package org.align4j.cuda.engine;

import org.align4j.core.engine.FrozenWeights;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.align4j.core.tensor.StoredWeights;
import org.align4j.cuda.driver.FakeDriver;
import org.align4j.cuda.engine.run.Gpu;

/** The CUDA engine on an emulated driver: its kernels are those of {@code src/main/cuda}. */
final class CudaOnFake implements AutoCloseable {

  private final FakeDriver driver = FakeDriver.ofKernels();
  private final WatchedDevice device = new WatchedDevice(driver.open());
  private final Gpu gpu = new Gpu(device);
  private final CudaEngine engine = new CudaEngine(() -> gpu);

  FakeDriver driver() {
    return driver;
  }

  WatchedDevice device() {
    return device;
  }

  Gpu gpu() {
    return gpu;
  }

  CudaEngine engine() {
    return engine;
  }

  Network create(NetworkDefinition definition, Parameters parameters) {
    return create(definition, parameters, Resources.shared());
  }

  Network create(NetworkDefinition definition, Parameters parameters, Resources resources) {
    return engine.create(definition, parameters, resources);
  }

  Network create(NetworkDefinition definition, Parameters trained, FrozenWeights frozen) {
    return engine.create(definition, trained, frozen, Resources.shared());
  }

  FrozenWeights freeze(Parameters parameters) {
    return engine.freeze(StoredWeights.of(parameters), Resources.shared());
  }

  @Override
  public void close() {
    device.close();
  }
}
