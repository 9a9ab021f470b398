package org.align4j.cuda.driver;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/** A graph of the driver, ready to run. */
final class NativeGraph implements Device.Graph {

  private static final int OF_THIS_THREAD = 1;

  private final NativeDevice device;
  private final DriverApi api;
  private final long stream;
  private long runnable;

  NativeGraph(NativeDevice device, DriverApi api, long stream, MemorySegment out, Runnable work) {
    this.device = device;
    this.api = api;
    this.stream = stream;
    api.beginCapture.run(stream, OF_THIS_THREAD);
    boolean whole = false;
    try {
      work.run();
      whole = true;
    } finally {
      int status = api.endCapture.status(stream, out.address());
      if (!whole && status == 0 && out.get(JAVA_LONG, 0) != 0) {
        api.graphDestroy.run(out.get(JAVA_LONG, 0));
      }
      if (whole) {
        api.endCapture.check(status);
      }
    }
    long graph = out.get(JAVA_LONG, 0);
    api.graphInstantiate.run(out.address(), graph, 0L);
    runnable = out.get(JAVA_LONG, 0);
    api.graphDestroy.run(graph);
  }

  @Override
  public void launch() {
    device.use();
    api.graphLaunch.run(runnable, stream);
  }

  @Override
  public void close() {
    if (runnable != 0) {
      device.use();
      api.graphExecDestroy.run(runnable);
      runnable = 0;
    }
  }
}
