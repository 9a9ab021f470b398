package org.align4j.cuda.ptx;

/**
 * What a kernel's launches did. Sectors and passes are counted by devices that check.
 *
 * <p>A sector is 32 bytes of global memory; {@link #leastSectors} is what the same bytes take when
 * they lie together. A bank pass is one access to shared memory of at most one word a bank.
 */
public final class Counts {

  private long warpInstructions;
  private long threadInstructions;
  private long sectors;
  private long leastSectors;
  private long sharedAccesses;
  private long bankPasses;
  private long products;

  Counts() {}

  void add(long warps, long threads) {
    warpInstructions += warps;
    threadInstructions += threads;
  }

  void addSectors(int touched, int least) {
    sectors += touched;
    leastSectors += least;
  }

  void addPasses(int passes, int least) {
    sharedAccesses += least;
    bankPasses += passes;
  }

  void addProduct() {
    products++;
  }

  synchronized void add(Counts other) {
    warpInstructions += other.warpInstructions;
    threadInstructions += other.threadInstructions;
    sectors += other.sectors;
    leastSectors += other.leastSectors;
    sharedAccesses += other.sharedAccesses;
    bankPasses += other.bankPasses;
    products += other.products;
  }

  /** Instructions of warps. */
  public long warpInstructions() {
    return warpInstructions;
  }

  /** Instructions of threads. */
  public long threadInstructions() {
    return threadInstructions;
  }

  /** Sectors of global memory that were read or written. */
  public long sectors() {
    return sectors;
  }

  /** The fewest sectors the same bytes could lie in. */
  public long leastSectors() {
    return leastSectors;
  }

  /** Passes that shared memory needs without conflicts. */
  public long sharedAccesses() {
    return sharedAccesses;
  }

  /** Passes that it took. */
  public long bankPasses() {
    return bankPasses;
  }

  /** Products of tensor cores, a warp's {@code mma} each. */
  public long products() {
    return products;
  }
}
