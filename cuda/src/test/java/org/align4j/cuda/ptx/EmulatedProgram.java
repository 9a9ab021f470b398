package org.align4j.cuda.ptx;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.align4j.cuda.driver.Device;

/**
 * PTX that was loaded. Kernels are made when they are launched first, and kept for all devices of
 * the process where the PTX has no variables of its own in global memory: those lie elsewhere on
 * each device.
 */
final class EmulatedProgram implements Device.Program {

  private static final Map<ByteBuffer, Module> MODULES = new ConcurrentHashMap<>();

  /** PTX taken apart, and what was made of it. */
  private record Module(Source source, Map<String, Kernel> kernels) {

    static Module of(byte[] image) {
      Source source = Source.of(new String(image, StandardCharsets.UTF_8));
      return new Module(source, new ConcurrentHashMap<>());
    }
  }

  private final Source source;
  private final Map<String, Kernel> kernels;
  private final Map<String, Long> addresses = new HashMap<>();
  private final EmulatedDevice.Launcher launcher;

  EmulatedProgram(byte[] image, DeviceMemory memory, EmulatedDevice.Launcher launcher) {
    Module module =
        MODULES.computeIfAbsent(ByteBuffer.wrap(image.clone()), key -> Module.of(image));
    this.source = module.source();
    this.launcher = launcher;
    for (Source.Piece piece : source.declarations()) {
      Variable variable = Variable.of(piece.text());
      if (variable != null && !variable.space().equals("shared")) {
        addresses.put(variable.name(), place(variable, memory));
      }
    }
    this.kernels = addresses.isEmpty() ? module.kernels() : new ConcurrentHashMap<>();
  }

  private static long place(Variable variable, DeviceMemory memory) {
    long address = memory.allocate(variable.size());
    byte[] first = variable.first();
    memory.write(
        address, MemorySegment.ofArray(first.length == 0 ? new byte[variable.size()] : first));
    return address;
  }

  @Override
  public Device.Function function(String name, int dynamicShared) {
    Source.Entry entry = source.entries().get(name);
    if (entry == null) {
      throw new PtxFault(
          "kernel %s is not in the PTX, which has %s", name, source.entries().keySet());
    }
    return (x, y, z, threads, arguments) ->
        launcher.launch(kernel(entry), x, y, z, threads, dynamicShared, arguments);
  }

  /** A kernel that can be run; PTX that is not known is refused here. */
  Kernel kernel(Source.Entry entry) {
    return kernels.computeIfAbsent(
        entry.name(), name -> Assembler.assemble(source, entry, addresses));
  }

  /** All that it has. */
  Iterable<Source.Entry> entries() {
    return source.entries().values();
  }
}
