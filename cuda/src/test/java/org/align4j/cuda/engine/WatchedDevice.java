package org.align4j.cuda.engine;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.driver.DeviceProperties;

/** A device that counts what is asked of another. */
final class WatchedDevice implements Device {

  private final Device device;
  private final Map<String, Integer> launches = new TreeMap<>();
  private final Map<Long, Long> live = new HashMap<>();
  private long written;
  private long read;
  private int allocations;

  WatchedDevice(Device device) {
    this.device = device;
  }

  /** How often each kernel was launched. */
  Map<String, Integer> launches() {
    return launches;
  }

  /** How many kernels were launched. */
  int launchCount() {
    return launches.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Bytes that came from the host since the last call. */
  long takeWrittenBytes() {
    long bytes = written;
    written = 0;
    return bytes;
  }

  /** Bytes that went to the host since the last call. */
  long takeReadBytes() {
    long bytes = read;
    read = 0;
    return bytes;
  }

  /** Pieces of memory asked for so far. */
  int allocations() {
    return allocations;
  }

  /** Bytes that were not given back. */
  long liveBytes() {
    return live.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public DeviceProperties properties() {
    return device.properties();
  }

  @Override
  public long allocate(long bytes) {
    long address = device.allocate(bytes);
    live.put(address, bytes);
    allocations++;
    return address;
  }

  @Override
  public void free(long address) {
    live.remove(address);
    device.free(address);
  }

  @Override
  public long freeMemory() {
    return device.freeMemory();
  }

  @Override
  public void write(long address, MemorySegment host) {
    written += host.byteSize();
    device.write(address, host);
  }

  @Override
  public void read(long address, MemorySegment host) {
    read += host.byteSize();
    device.read(address, host);
  }

  @Override
  public void copy(long from, long to, long bytes) {
    device.copy(from, to, bytes);
  }

  @Override
  public void fill(long address, int word, long words) {
    device.fill(address, word, words);
  }

  @Override
  public Program load(byte[] image) {
    Program program = device.load(image);
    return (name, dynamicShared) -> {
      Function function = program.function(name, dynamicShared);
      return (x, y, z, threads, arguments) -> {
        launches.merge(name, 1, Integer::sum);
        function.launch(x, y, z, threads, arguments);
      };
    };
  }

  @Override
  public Graph capture(Runnable work) {
    return device.capture(work);
  }

  @Override
  public void synchronize() {
    device.synchronize();
  }

  @Override
  public void close() {
    device.close();
  }
}
