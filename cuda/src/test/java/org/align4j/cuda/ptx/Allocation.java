package org.align4j.cuda.ptx;

import java.util.Arrays;

/**
 * A piece of global memory. Where it checks, it remembers of each word which of its bytes were
 * written, and the launch and block that wrote and read it last.
 */
final class Allocation {

  private static final int MANY = 0xfffffff;

  final DeviceMemory owner;
  final long address;
  final int length;
  final byte[] bytes;
  private final boolean checks;

  /** Of each word: a bit a byte. */
  private final byte[] written;

  // Of each word: launch (32 bits), block + 1 (28), bytes (4).
  private final long[] writer;
  private final long[] reader;

  /** Cleared when it is freed. */
  boolean live = true;

  Allocation(DeviceMemory owner, long address, int length, boolean checks) {
    this.owner = owner;
    this.address = address;
    this.length = length;
    this.checks = checks;
    bytes = new byte[length];
    Arrays.fill(bytes, (byte) -1); // as floats NaN, as indices -1
    int words = checks ? (length + 3) >> 2 : 0;
    written = new byte[words];
    writer = new long[words];
    reader = new long[words];
  }

  /** Where an access begins, or -1 if it is not within. */
  int place(long at, int size) {
    long offset = at - address;
    return offset >= 0 && offset <= length - size && live ? (int) offset : -1;
  }

  /** The host, or a copy, writes. */
  void write(int place, int size) {
    if (checks) {
      for (int word = place >> 2; word << 2 < place + size; word++) {
        written[word] |= (byte) mask(word, place, size);
      }
    }
  }

  /** A copy from another place takes with it what was written. */
  void copy(int place, Allocation from, int source, int size) {
    System.arraycopy(from.bytes, source, bytes, place, size);
    if (!checks) {
      return;
    }
    for (int i = 0; i < size; i++) {
      boolean was = from.isWritten(source + i);
      int bit = 1 << ((place + i) & 3);
      int word = (place + i) >> 2;
      written[word] = (byte) (was ? written[word] | bit : written[word] & ~bit);
    }
  }

  private boolean isWritten(int place) {
    return ((written[place >> 2] >> (place & 3)) & 1) != 0;
  }

  private static int mask(int word, int place, int size) {
    int from = Math.max(0, place - (word << 2));
    int to = Math.min(4, place + size - (word << 2));
    return (1 << to) - (1 << from);
  }

  /** A block reads. */
  void read(int place, int size, Block block, boolean constant) {
    if (!checks || !block.checks) {
      return;
    }
    for (int word = place >> 2; word << 2 < place + size; word++) {
      int mask = mask(word, place, size);
      if ((written[word] & mask) != mask) {
        throw new PtxFault(
            "read at 0x%x (byte %d of an allocation of %d), where nobody wrote",
            address + place, place, length);
      }
      long own = own(block, mask);
      long wrote = writer[word];
      if (races(wrote, own)) {
        throw new PtxFault(
            "race: block %d reads 0x%x (byte %d of an allocation of %d), which block %d writes in"
                + " the same launch",
            block.number, address + place, place, length, number(wrote));
      }
      if (constant && wrote >>> 32 == own >>> 32) {
        throw new PtxFault("ld.global.nc of 0x%x, which the same launch writes", address + place);
      }
      long read = reader[word];
      if (read != own) {
        reader[word] = read >>> 32 == own >>> 32 ? merged(read, own) : own;
      }
    }
  }

  /** A block writes. */
  void write(int place, int size, Block block) {
    if (!checks || !block.checks) {
      return;
    }
    for (int word = place >> 2; word << 2 < place + size; word++) {
      int mask = mask(word, place, size);
      long own = own(block, mask);
      long wrote = writer[word];
      long read = reader[word];
      if (races(wrote, own)) {
        throw new PtxFault(
            "race: blocks %d and %d write 0x%x (byte %d of an allocation of %d) in the same launch",
            number(wrote), block.number, address + place, place, length);
      }
      if (races(read, own) || (read >>> 32 == own >>> 32 && number(read) == MANY - 1)) {
        throw new PtxFault(
            "race: block %d writes 0x%x (byte %d of an allocation of %d), which %s reads in the"
                + " same launch",
            block.number,
            address + place,
            place,
            length,
            number(read) == MANY - 1 ? "another block" : "block " + number(read));
      }
      writer[word] = wrote >>> 32 == own >>> 32 ? merged(wrote, own) : own;
      written[word] |= (byte) mask;
    }
  }

  private static long own(Block block, int mask) {
    return ((long) block.launch.serial() << 32) | ((long) (block.number + 1) << 4) | mask;
  }

  private static int number(long stamp) {
    return (int) ((stamp >>> 4) & MANY) - 1;
  }

  private static long merged(long earlier, long own) {
    long both = own | (earlier & 15);
    return number(earlier) == number(own) ? both : both | ((long) MANY << 4);
  }

  /** Whether another block of the same launch touched the same bytes. */
  private static boolean races(long earlier, long own) {
    return earlier >>> 32 == own >>> 32
        && number(earlier) != number(own)
        && number(earlier) != MANY - 1
        && (earlier & own & 15) != 0;
  }
}
