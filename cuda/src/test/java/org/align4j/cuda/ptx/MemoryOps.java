package org.align4j.cuda.ptx;

import static java.lang.Integer.numberOfTrailingZeros;

import java.util.List;
import java.util.Set;

/** Loads and stores, and addresses turned from one space to another. */
final class MemoryOps {

  /** Where shared and local memory lie among generic addresses. */
  static final long SHARED_WINDOW = 0x1_0000_0000_0000L;

  static final long LOCAL_WINDOW = 0x2_0000_0000_0000L;

  private static final Set<String> HINTS =
      Set.of(
          "ca",
          "cg",
          "cs",
          "cv",
          "lu",
          "wb",
          "wt",
          "volatile",
          "weak",
          "nc",
          "v2",
          "v4",
          "relaxed",
          "cta",
          "gpu",
          "sys",
          "L1::evict_last",
          "L1::evict_first",
          "L1::no_allocate",
          "L1::evict_normal",
          "L1::evict_unchanged",
          "L2::64B",
          "L2::128B",
          "L2::256B");
  private static final Set<String> SPACES =
      Set.of("global", "shared", "shared::cta", "local", "const", "param");

  private final Registers registers;

  MemoryOps(Registers registers) {
    this.registers = registers;
  }

  /** A load or a store. */
  Op access(Statement s) {
    List<String> parts = s.parts();
    boolean store = s.base().equals("st");
    String space = "generic";
    for (String part : parts.subList(1, parts.size() - 1)) {
      if (SPACES.contains(part)) {
        space = part;
      } else if (!HINTS.contains(part)) {
        throw new PtxFault("%s is not known: part %s", s.name(), part);
      }
    }
    Address address = Address.of(s.operand(store ? 0 : 1), registers);
    Elements elements = Elements.of(s.type(), s.operand(store ? 1 : 0), registers);
    int size = elements.bytes();
    if (Integer.bitCount(size) != 1 || size > 16) {
      throw new PtxFault("%s is not known: %d bytes", s.name(), size);
    }
    return switch (space) {
      case "global", "const" -> global(address, elements, store, s.has("nc"));
      case "shared", "shared::cta" -> shared(address, elements, store);
      case "local" -> local(address, elements, store);
      case "param" -> parameter(address, elements);
      default -> generic(address, elements, store);
    };
  }

  private Op global(Address address, Elements elements, boolean store, boolean constant) {
    return Traffic.global(
        address, elements.bytes(), new GlobalAccess(address, elements, store, constant));
  }

  private static Op shared(Address address, Elements elements, boolean store) {
    int size = elements.bytes();
    return Traffic.shared(
        address,
        size,
        (warp, lanes) -> {
          SharedMemory memory = warp.block.shared;
          for (int m = lanes; m != 0; m &= m - 1) {
            int lane = numberOfTrailingZeros(m);
            int place = memory.place(address.of(warp, lane), size);
            if (store) {
              memory.write(place, size, warp, lane);
              elements.store(memory.bytes, place, warp, lane);
            } else {
              memory.read(place, size, warp, lane);
              elements.load(memory.bytes, place, warp, lane);
            }
          }
        });
  }

  private static Op local(Address address, Elements elements, boolean store) {
    int size = elements.bytes();
    return (warp, lanes) -> {
      int all = warp.kernel.localBytes();
      for (int m = lanes; m != 0; m &= m - 1) {
        int lane = numberOfTrailingZeros(m);
        long at = address.of(warp, lane);
        if (at < 0 || at > all - size || (at & size - 1) != 0) {
          throw new PtxFault(
              "lane %d: %d bytes at %d of local memory, which has %d: outside or misaligned",
              lane, size, at, all);
        }
        int place = lane * all + (int) at;
        if (store) {
          warp.markLocal(place, size);
          elements.store(warp.local, place, warp, lane);
        } else {
          warp.checkLocal(place, size, lane);
          elements.load(warp.local, place, warp, lane);
        }
      }
    };
  }

  private static Op parameter(Address address, Elements elements) {
    if (address.register() >= 0) {
      throw new PtxFault("parameters by computed addresses are not known");
    }
    int place = (int) address.offset();
    return (warp, lanes) -> {
      for (int m = lanes; m != 0; m &= m - 1) {
        elements.load(warp.block.launch.arguments(), place, warp, numberOfTrailingZeros(m));
      }
    };
  }

  private Op generic(Address address, Elements elements, boolean store) {
    Op global = global(address, elements, store, false);
    Op shared = shared(address.before(SHARED_WINDOW), elements, store);
    Op local = local(address.before(LOCAL_WINDOW), elements, store);
    return (warp, lanes) -> {
      int inShared = 0;
      int inLocal = 0;
      for (int m = lanes; m != 0; m &= m - 1) {
        int lane = numberOfTrailingZeros(m);
        long window = address.of(warp, lane) & 0xf_0000_0000_0000L;
        inShared |= window == SHARED_WINDOW ? 1 << lane : 0;
        inLocal |= window == LOCAL_WINDOW ? 1 << lane : 0;
      }
      int inGlobal = lanes & ~(inShared | inLocal);
      if (inGlobal != 0) {
        global.run(warp, inGlobal);
      }
      if (inShared != 0) {
        shared.run(warp, inShared);
      }
      if (inLocal != 0) {
        local.run(warp, inLocal);
      }
    };
  }

  /** {@code cvta}: from a space to generic, or with {@code to} back. */
  Op turn(Statement s) {
    long window =
        s.has("shared") || s.has("shared::cta") ? SHARED_WINDOW : s.has("local") ? LOCAL_WINDOW : 0;
    long added = s.has("to") ? -window : window;
    int to = registers.ofLong(s.operand(0));
    int from = registers.ofLong(s.operand(1));
    return Shapes.longs(
        to,
        from,
        (d, a) -> {
          for (int l = 0; l < 32; l++) {
            d[l] = a[l] + added;
          }
        });
  }

  /** {@code atom} and {@code red} on 32-bit integers of global memory. */
  Op atomic(Statement s) {
    boolean answers = s.base().equals("atom");
    if (!s.has("global") || !(s.type().equals("u32") || s.type().equals("s32"))) {
      throw new PtxFault("%s is not known", s.name());
    }
    Address address = Address.of(s.operand(answers ? 1 : 0), registers);
    int operand = registers.ofInt(s.operand(answers ? 2 : 1));
    int old = answers ? registers.ofInt(s.operand(0)) : -1;
    boolean add = s.has("add");
    boolean max = s.has("max");
    if (!add && !max) {
      throw new PtxFault("%s is not known", s.name());
    }
    boolean signed = s.type().equals("s32");
    return (warp, lanes) -> {
      for (int m = lanes; m != 0; m &= m - 1) {
        int lane = numberOfTrailingZeros(m);
        long where = address.of(warp, lane);
        Allocation at = warp.block.launch.memory().find(where, 4);
        if ((where & 3) != 0) {
          throw new PtxFault("lane %d: 4 bytes at 0x%x are misaligned", lane, where);
        }
        int place = at.place(where, 4);
        int value = warp.ints[operand][lane];
        synchronized (at) {
          int was = (int) Bytes.INT.get(at.bytes, place);
          boolean larger = signed ? value > was : Integer.compareUnsigned(value, was) > 0;
          Bytes.INT.set(at.bytes, place, add ? was + value : larger ? value : was);
          if (old >= 0) {
            warp.ints[old][lane] = was;
          }
        }
      }
    };
  }
}
