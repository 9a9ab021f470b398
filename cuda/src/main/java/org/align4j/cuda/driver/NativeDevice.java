package org.align4j.cuda.driver;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A GPU behind NVIDIA's driver: its primary context, with one stream. */
public final class NativeDevice implements Device {

  private static final int ORDINAL = 0;
  private static final int NO_WAIT_FOR_LEGACY_STREAM = 1;

  /** More than any kernel takes. */
  private static final int ARGUMENTS = 64;

  private final DriverApi api;
  private final DeviceProperties properties;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment out = arena.allocate(16, 8);
  private final MemorySegment argumentAddresses = arena.allocate(JAVA_LONG, ARGUMENTS);
  private final long context;
  private final long stream;
  private final DeviceMemory memory;
  private final Staging staging;
  private final List<NativeProgram> programs = new ArrayList<>();
  private boolean capturing;
  private boolean closed;

  NativeDevice(DriverApi api, DeviceProperties properties) {
    this.api = api;
    this.properties = properties;
    api.primaryCtxRetain.run(out.address(), ORDINAL);
    context = out.get(JAVA_LONG, 0);
    api.ctxSetCurrent.run(context);
    api.streamCreate.run(out.address(), NO_WAIT_FOR_LEGACY_STREAM);
    stream = out.get(JAVA_LONG, 0);
    memory = new DeviceMemory(api, stream, ORDINAL, properties, out);
    staging = new Staging(api, stream, out);
  }

  /** Makes the calls of this thread go to this device. */
  void use() {
    checkState(!closed, "the device is closed");
    api.ctxSetCurrent.run(context);
  }

  private void useOutsideCapture(String what) {
    checkState(!capturing, "%s cannot be recorded: do it before the graph", what);
    use();
  }

  @Override
  public DeviceProperties properties() {
    return properties;
  }

  /**
   * What the driver says of the device.
   *
   * @param which a number of {@code CUdevice_attribute}
   * @throws CudaException where the driver does not know it
   */
  public int attribute(int which) {
    use();
    return Cuda.attribute(api.library, which, ORDINAL, out);
  }

  @Override
  public long allocate(long bytes) {
    checkArgument(bytes > 0, "%s bytes of device memory", bytes);
    useOutsideCapture("allocating memory");
    return memory.allocate(bytes);
  }

  @Override
  public void free(long address) {
    useOutsideCapture("freeing memory");
    memory.free(address);
  }

  @Override
  public long freeMemory() {
    use();
    return memory.free();
  }

  @Override
  public void write(long address, MemorySegment host) {
    useOutsideCapture("an upload");
    staging.write(address, host);
  }

  @Override
  public void read(long address, MemorySegment host) {
    useOutsideCapture("a download");
    staging.read(address, host);
  }

  @Override
  public void copy(long from, long to, long bytes) {
    use();
    api.copyWithin.run(to, from, bytes, stream);
  }

  @Override
  public void fill(long address, int word, long words) {
    use();
    api.setWords.run(address, word, words, stream);
  }

  @Override
  public Program load(byte[] image) {
    useOutsideCapture("loading kernels");
    NativeProgram program = new NativeProgram(this, api, image);
    programs.add(program);
    return program;
  }

  void launch(
      long function, int x, int y, int z, int threads, int shared, MemorySegment arguments) {
    use();
    int count = (int) (arguments.byteSize() / 8);
    checkArgument(count <= ARGUMENTS, "%s arguments, %s are the most", count, ARGUMENTS);
    for (int i = 0; i < count; i++) {
      argumentAddresses.setAtIndex(JAVA_LONG, i, arguments.address() + 8L * i);
    }
    api.launch.launch(function, x, y, z, threads, shared, stream, argumentAddresses.address());
  }

  @Override
  public Graph capture(Runnable work) {
    useOutsideCapture("a graph within a graph");
    capturing = true;
    try {
      return new NativeGraph(this, api, stream, out, work);
    } finally {
      capturing = false;
    }
  }

  @Override
  public void synchronize() {
    useOutsideCapture("waiting");
    api.streamSynchronize.run(stream);
  }

  /** Milliseconds that the GPU takes for the work, without what the host does before. */
  public double milliseconds(Runnable work) {
    useOutsideCapture("measuring");
    long from = event();
    long to = event();
    try {
      api.eventRecord.run(from, stream);
      work.run();
      api.eventRecord.run(to, stream);
      api.eventSynchronize.run(to);
      api.eventElapsed.run(out.address(), from, to);
      return out.get(JAVA_FLOAT, 0);
    } finally {
      api.eventDestroy.run(from);
      api.eventDestroy.run(to);
    }
  }

  private long event() {
    api.eventCreate.run(out.address(), 0);
    return out.get(JAVA_LONG, 0);
  }

  /** Gives everything back; what is still allocated is lost. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    use();
    closed = true;
    api.streamSynchronize.status(stream); // what went wrong has been told
    staging.close();
    programs.forEach(NativeProgram::unload);
    api.streamDestroy.run(stream);
    api.primaryCtxRelease.run(ORDINAL);
    arena.close();
  }
}
