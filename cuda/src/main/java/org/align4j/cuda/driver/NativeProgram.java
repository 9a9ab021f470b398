package org.align4j.cuda.driver;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A module of the driver. */
final class NativeProgram implements Device.Program {

  private static final int ERROR_LOG = 5;
  private static final int ERROR_LOG_SIZE = 6;
  private static final int LOG_BYTES = 16384;
  private static final int MAX_DYNAMIC_SHARED = 8;

  private final NativeDevice device;
  private final DriverApi api;
  private final long module;

  /**
   * @throws CudaException with the log of the driver's compiler
   */
  NativeProgram(NativeDevice device, DriverApi api, byte[] image) {
    this.device = device;
    this.api = api;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(image.length + 1L, 16); // a text ends with 0
      MemorySegment.copy(image, 0, bytes, JAVA_BYTE, 0, image.length);
      MemorySegment log = arena.allocate(LOG_BYTES);
      MemorySegment options = arena.allocateFrom(JAVA_INT, ERROR_LOG, ERROR_LOG_SIZE);
      MemorySegment values = arena.allocateFrom(JAVA_LONG, log.address(), LOG_BYTES);
      MemorySegment out = arena.allocate(JAVA_LONG);
      int status =
          api.moduleLoad.status(
              out.address(), bytes.address(), 2, options.address(), values.address());
      if (status != 0) {
        throw api.library.error(api.moduleLoad.name(), status, log.getString(0));
      }
      module = out.get(JAVA_LONG, 0);
    }
  }

  @Override
  public Device.Function function(String name, int dynamicShared) {
    device.use();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_LONG);
      int status =
          api.moduleFunction.status(out.address(), module, arena.allocateFrom(name).address());
      if (status != 0) {
        throw api.library.error(api.moduleFunction.name(), status, "kernel " + name);
      }
      long function = out.get(JAVA_LONG, 0);
      if (dynamicShared > 0) {
        // Above 48 KiB, with what the kernel itself declares, a launch is refused without.
        api.functionSet.run(function, MAX_DYNAMIC_SHARED, dynamicShared);
      }
      return (x, y, z, threads, arguments) ->
          device.launch(function, x, y, z, threads, dynamicShared, arguments);
    }
  }

  void unload() {
    api.moduleUnload.run(module);
  }
}
