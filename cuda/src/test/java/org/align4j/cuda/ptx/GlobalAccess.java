package org.align4j.cuda.ptx;

import static java.lang.Integer.numberOfTrailingZeros;

import org.jspecify.annotations.Nullable;

/** Loads and stores of global memory. */
final class GlobalAccess implements Op {

  private final Address address;
  private final Elements elements;
  private final boolean store;
  private final boolean constant;

  /** What the last access was in; threads may find another here, which is as good. */
  private @Nullable Allocation last;

  GlobalAccess(Address address, Elements elements, boolean store, boolean constant) {
    this.address = address;
    this.elements = elements;
    this.store = store;
    this.constant = constant;
  }

  @Override
  public void run(Warp warp, int lanes) {
    int size = elements.bytes();
    DeviceMemory memory = warp.block.launch.memory();
    Allocation at = last;
    if (at != null && at.owner != memory) {
      at = null;
    }
    for (int m = lanes; m != 0; m &= m - 1) {
      int lane = numberOfTrailingZeros(m);
      long where = address.of(warp, lane);
      if ((where & size - 1) != 0) {
        throw new PtxFault("lane %d: %d bytes at 0x%x are misaligned", lane, size, where);
      }
      int place = at == null ? -1 : at.place(where, size);
      if (at == null || place < 0) {
        at = find(memory, where, size, lane);
        place = at.place(where, size);
      }
      if (store) {
        at.write(place, size, warp.block);
        elements.store(at.bytes, place, warp, lane);
      } else {
        at.read(place, size, warp.block, constant);
        elements.load(at.bytes, place, warp, lane);
      }
    }
    last = at;
  }

  private static Allocation find(DeviceMemory memory, long where, int size, int lane) {
    try {
      return memory.find(where, size);
    } catch (PtxFault fault) {
      throw new PtxFault("lane " + lane + ": " + fault.getMessage(), fault);
    }
  }
}
