package org.align4j.cuda.engine.run;

import java.util.Arrays;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.align4j.cuda.kernel.Rows;

/**
 * The gradient of a look-up: {@code y[ids[n]] += x[n]} for n in order, without atomics. Rows of one
 * id are a group, whose sum is one chain.
 */
public final class RowGroups implements AutoCloseable {

  private final DeviceBuffer starts;
  private final DeviceBuffer members;
  private final DeviceBuffer targets;
  private long[] keys = new long[0];
  private int[] order = new int[0];
  private int groups;

  /** No groups yet. */
  public RowGroups(Device device) {
    starts = new DeviceBuffer(device);
    members = new DeviceBuffer(device);
    targets = new DeviceBuffer(device);
  }

  /** Groups the first of these ids, and copies the groups to the device. */
  public void set(int[] ids, int count) {
    if (keys.length < count) {
      keys = new long[count];
      order = new int[count];
    }
    for (int n = 0; n < count; n++) {
      keys[n] = (long) ids[n] << Integer.SIZE | n;
    }
    Arrays.sort(keys, 0, count);
    groups = 0;
    int[] start = new int[count + 1];
    int[] target = new int[count];
    for (int i = 0; i < count; i++) {
      int id = (int) (keys[i] >> Integer.SIZE);
      if (groups == 0 || target[groups - 1] != id) {
        target[groups] = id;
        start[groups++] = i;
      }
      order[i] = (int) keys[i];
    }
    start[groups] = count;
    starts.set(start, groups + 1);
    members.set(order, count);
    targets.set(target, groups);
  }

  /** Adds rows of x to the rows of y that their ids name. */
  public void add(Rows rows, DeviceMatrix x, DeviceMatrix y) {
    if (groups > 0) {
      rows.sumRows(
          x, starts.address(), members.address(), targets.address(), y, groups, x.columns());
    }
  }

  @Override
  public void close() {
    starts.close();
    members.close();
    targets.close();
  }
}
