package org.align4j.cuda.ptx;

import static java.lang.Integer.numberOfTrailingZeros;

/** Asynchronous copies. What they bring is in shared memory after the wait, not before. */
final class AsyncOps {

  private final Registers registers;

  AsyncOps(Registers registers) {
    this.registers = registers;
  }

  /** Any instruction that begins with {@code cp.async}. */
  Op of(Statement s) {
    return switch (s.name()) {
      case "cp.async.commit_group" -> whole((warp, lanes) -> warp.copies.commit());
      case "cp.async.wait_group" -> {
        int but = (int) registers.constant(s.operand(0));
        yield whole((warp, lanes) -> warp.copies.await(warp, but));
      }
      case "cp.async.wait_all" ->
          whole((warp, lanes) -> {
            warp.copies.commit();
            warp.copies.await(warp, 0);
          });
      default -> copy(s);
    };
  }

  /** Groups are a thread's own: here they are a warp's, so all its lanes must agree. */
  private static Op whole(Op op) {
    return (warp, lanes) -> {
      if (lanes != warp.alive()) {
        throw new PtxFault(
            "groups of copies by some lanes of a warp are not known: %08x of %08x",
            lanes, warp.alive());
      }
      op.run(warp, lanes);
    };
  }

  private Op copy(Statement s) {
    if (!s.name().matches("cp\\.async\\.(ca|cg)\\.shared(::cta)?\\.global(\\.L2::\\d+B)?")) {
      throw new PtxFault("%s is not known", s.name());
    }
    Address to = Address.of(s.operand(0), registers);
    Address from = Address.of(s.operand(1), registers);
    int size = (int) registers.constant(s.operand(2));
    int count = registers.ofInt(s.operands().size() > 3 ? s.operand(3) : s.operand(2));
    if (size != 16 && (s.has("cg") || (size != 4 && size != 8))) {
      throw new PtxFault("%s of %d bytes is not known", s.name(), size);
    }
    Op begin =
        (warp, lanes) -> {
          for (int m = lanes; m != 0; m &= m - 1) {
            begin(warp, numberOfTrailingZeros(m), to, from, size, count);
          }
        };
    return Traffic.global(from, size, Traffic.shared(to, size, begin));
  }

  private void begin(Warp warp, int lane, Address to, Address from, int size, int count) {
    int target = warp.block.shared.place(to.of(warp, lane), size);
    int bytes = warp.ints[count][lane];
    long where = from.of(warp, lane);
    if (bytes < 0 || bytes > size) {
      throw new PtxFault("lane %d: %d bytes of %d are to be copied", lane, bytes, size);
    }
    if ((where & size - 1) != 0) {
      throw new PtxFault("lane %d: %d bytes at 0x%x are misaligned", lane, size, where);
    }
    warp.block.shared.begin(target, size, warp, lane);
    if (bytes == 0) {
      // Nothing is read, so the address may be any.
      warp.copies.add(new AsyncCopies.Copy(lane, new byte[0], 0, 0, target, size));
      return;
    }
    Allocation source = warp.block.launch.memory().find(where, bytes);
    int place = source.place(where, bytes);
    source.read(place, bytes, warp.block, false);
    warp.copies.add(new AsyncCopies.Copy(lane, source.bytes, place, bytes, target, size));
  }
}
