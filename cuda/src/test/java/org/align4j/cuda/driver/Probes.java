package org.align4j.cuda.driver;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The emulated driver with the kernels of {@code src/test/cuda/probes}. */
final class Probes {

  private static @Nullable FakeDriver driver;

  private Probes() {}

  /** Built once; the test that asks is skipped where it cannot be. */
  static synchronized FakeDriver driver() {
    FakeDriver known = driver;
    if (known == null) {
      known = FakeDriver.of(FakeDriver.folder("test").resolve("probes"));
      driver = known;
    }
    return known;
  }

  /** Stands for the module's PTX: the driver looks for the names only. */
  static byte[] image(String version) {
    StringBuilder text = new StringBuilder(".version " + version + "\n.target sm_80\n");
    for (String name :
        List.of(
            "add_number",
            "block_sums",
            "reverse",
            "tensor_bf16",
            "copies",
            "writes_beyond",
            "waits_crosswise",
            "not_in_the_sources")) {
      text.append(".visible .entry ").append(name).append("()\n{\n}\n");
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  static Device.Function function(Device device, String name) {
    return device.load(image("7.0")).function(name, 0);
  }

  static long upload(Device device, float[] values) {
    long at = device.allocate(4L * values.length);
    device.write(at, MemorySegment.ofArray(values));
    return at;
  }

  static float[] download(Device device, long at, int count) {
    float[] values = new float[count];
    device.read(at, MemorySegment.ofArray(values));
    return values;
  }
}
