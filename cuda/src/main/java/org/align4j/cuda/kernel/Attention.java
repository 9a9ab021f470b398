package org.align4j.cuda.kernel;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import org.align4j.core.kernel.AttentionTiles;
import org.align4j.core.ops.Heads;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.kernel.AttentionArrays.Part;
import org.jspecify.annotations.Nullable;

/**
 * Attention over packed tokens, its step and its gradient: {@code attention*.cu}, the bits of
 * core's {@code AttentionKernels}. Heads have up to 256 columns, a multiple of 8; rows of all
 * matrices begin at multiples of 16 bytes.
 */
public final class Attention {

  private static final int THREADS = 128;

  /**
   * Columns of heads that there are kernels for, rows of queries of a block of theirs, and keys.
   */
  private enum Depth {
    D64(64, 64, 64, 32),
    D128(128, 64, 64, 32),
    D256(256, 32, 32, 16);

    private final int depth;
    private final int rows;
    private final int gradientRows;
    private final int gradientKeys;

    Depth(int depth, int rows, int gradientRows, int gradientKeys) {
      this.depth = depth;
      this.rows = rows;
      this.gradientRows = gradientRows;
      this.gradientKeys = gradientKeys;
    }

    static Depth of(int headDim) {
      return headDim <= 64 ? D64 : headDim <= 128 ? D128 : D256;
    }

    private int pitch() {
      return depth + 4;
    }

    /** Queries, a tile of keys or values, weights, factors, maxima, rows of keys. */
    private int forwardShared() {
      return 4 * ((rows + 32) * pitch() + 32 * (rows + 4) + 2 * rows + 64);
    }

    /** Queries and slopes of outputs, a tile of values or keys, slopes of scores, rows of keys. */
    private int queryShared() {
      return 4
          * ((2 * gradientRows + gradientKeys) * pitch()
              + gradientKeys * (gradientRows + 4)
              + 2 * gradientKeys);
    }

    /** Keys and values, a tile of queries or slopes of outputs, weights and slopes of scores. */
    private int keyShared() {
      return 4
          * ((2 * gradientKeys + gradientRows) * pitch() + 2 * gradientRows * (gradientKeys + 8));
    }
  }

  /**
   * What the kernels need to know of one batch of packed tokens, in device memory: refilled for
   * each batch by one copy. Memory grows as it must, so addresses change then.
   */
  public static final class Batch implements AutoCloseable {

    private final Device device;
    private final AttentionArrays arrays = new AttentionArrays();
    private MemorySegment host = MemorySegment.NULL;
    private long address;
    private long capacity;
    private Heads heads = new Heads(1, 1, 8);
    private int partRows;

    /** Of no batch yet. */
    public Batch(Device device) {
      this.device = device;
    }

    /** Takes the tiles of a batch and uploads them. */
    public void set(AttentionTiles tiles) {
      arrays.set(tiles);
      heads = tiles.heads();
      partRows = tiles.partRows();
      long total = arrays.total();
      if (total > capacity) {
        close();
        capacity = Math.max(4096, 2 * total);
        host = Arena.ofAuto().allocate(4 * capacity, 16);
        address = device.allocate(4 * capacity);
      }
      arrays.copyTo(host);
      device.write(address, host.asSlice(0, 4 * total));
    }

    private long address(Part part) {
      checkState(address != 0, "no tiles have been set");
      return address + 4 * arrays.offset(part);
    }

    private int count(Part part) {
      return arrays.count(part);
    }

    /** The shape. */
    public Heads heads() {
      return heads;
    }

    /** Rows of parts of gradients, see {@link AttentionTiles#partRows}. */
    public int partRows() {
      return partRows;
    }

    /** Frees the device's memory; the next batch takes new one. */
    @Override
    public void close() {
      if (address != 0) {
        device.free(address);
        address = 0;
        capacity = 0;
      }
    }
  }

  /** Those of one depth. */
  private record Kernels(Call forward, Call queryGradient, Call keyGradient) {
    static Kernels of(Device.Program program, Depth depth) {
      return new Kernels(
          new Call(program, "attention_" + depth.depth, depth.forwardShared()),
          new Call(program, "attention_query_gradient_" + depth.depth, depth.queryShared()),
          new Call(program, "attention_key_gradient_" + depth.depth, depth.keyShared()));
    }
  }

  private final Rows rows;
  private final Map<Depth, Kernels> kernels = new EnumMap<>(Depth.class);
  private final Call delta;
  private final Call step1;
  private final Call step4;
  private final Call step8;

  /** The kernels of a loaded program; rows: those of the same. */
  public Attention(Device.Program program, Rows rows) {
    this.rows = rows;
    for (Depth depth : Depth.values()) {
      kernels.put(depth, Kernels.of(program, depth));
    }
    delta = new Call(program, "attention_delta");
    step1 = new Call(program, "attention_step_1");
    step4 = new Call(program, "attention_step_4");
    step8 = new Call(program, "attention_step_8");
  }

  private Kernels kernels(Depth depth) {
    return Objects.requireNonNull(kernels.get(depth));
  }

  private static void checkHeads(Heads heads) {
    checkArgument(
        heads.headDim() <= 256 && heads.headDim() % 8 == 0,
        "heads of %s columns: the CUDA engine has attention for multiples of 8 up to 256;"
            + " --engine plan has it for all",
        heads.headDim());
  }

  /** Four floats are moved at once. */
  private static void checkAligned(String name, DeviceMatrix x, int columns) {
    Elements.checkColumns(name, x, columns);
    checkArgument(
        x.address() % 16 == 0 && x.pitch() % 4 == 0,
        "%s begins at byte %s modulo 16, its rows are %s floats apart: attention needs 0 and a"
            + " multiple of 4",
        name,
        x.address() % 16,
        x.pitch());
  }

  /**
   * Attention of all rows of a batch.
   *
   * @param q {@code [N, H·d]}
   * @param k {@code [N, Hk·d]}, as v
   * @param out {@code [N, H·d]}, written; not q
   * @param lse {@code [N, H]}, written; null where no gradient is wanted
   */
  public void attention(
      DeviceMatrix q,
      DeviceMatrix k,
      DeviceMatrix v,
      Batch batch,
      DeviceMatrix out,
      @Nullable DeviceMatrix lse) {
    Heads heads = batch.heads();
    checkHeads(heads);
    checkAligned("q", q, heads.query() * heads.headDim());
    checkAligned("k", k, heads.key() * heads.headDim());
    checkAligned("v", v, heads.key() * heads.headDim());
    checkAligned("out", out, heads.query() * heads.headDim());
    Depth depth = Depth.of(heads.headDim());
    Call call = kernels(depth).forward.begin().matrix(q).matrix(k).matrix(v);
    blocks(call, batch);
    runs(call, batch);
    call.matrix(out);
    if (lse == null) {
      call.address(0).integer(0);
    } else {
      Elements.checkColumns("lse", lse, heads.query());
      call.matrix(lse);
    }
    int blocks = batch.count(Part.BLOCK_ROW);
    shape(call.integer(blocks), heads);
    call.launch((long) blocks * heads.key() * chunks(heads, depth.rows), THREADS);
  }

  private static int chunks(Heads heads, int rows) {
    return (64 * (heads.query() / heads.key()) + rows - 1) / rows;
  }

  private static void blocks(Call call, Batch batch) {
    call.address(batch.address(Part.BLOCK_ROW)).address(batch.address(Part.BLOCK_COUNT));
    call.address(batch.address(Part.BLOCK_POSITION));
  }

  private static void runs(Call call, Batch batch) {
    call.address(batch.address(Part.BLOCK_RUN)).address(batch.address(Part.RUN_START));
    call.address(batch.address(Part.RUN_ROW)).address(batch.address(Part.RUN_BEFORE));
  }

  private static void shape(Call call, Heads heads) {
    call.integer(heads.query()).integer(heads.key()).integer(heads.headDim());
    call.integer(heads.window());
  }

  /**
   * Attention of the next row of each of some sequences, with the same bits as {@link #attention}:
   * row n attends to cache rows {@code prefixRow[n] ...} for positions below {@code
   * prefixLength[n]}, and from there on to rows {@code ownRow[n] ...} up to {@code positions[n]}.
   * Rows before the window are not read.
   *
   * @param q {@code [N, H·d]}
   * @param keyCache {@code [cache rows, Hk·d]}, dense, as valueCache
   * @param positions ints {@code [N]}, as prefixRow, prefixLength and ownRow
   * @param out {@code [N, H·d]}, written
   */
  public void attentionStep(
      DeviceMatrix q,
      long keyCache,
      long valueCache,
      long positions,
      long prefixRow,
      long prefixLength,
      long ownRow,
      DeviceMatrix out,
      int rows,
      Heads heads) {
    checkHeads(heads);
    checkArgument(keyCache % 16 == 0, "the cache begins at byte %s modulo 16", keyCache % 16);
    Elements.check("q", q, rows, heads.query() * heads.headDim());
    Elements.check("out", out, rows, heads.query() * heads.headDim());
    int share = heads.query() / heads.key();
    int most = share == 1 ? 1 : share <= 4 ? 4 : 8;
    Call call = most == 1 ? step1 : most == 4 ? step4 : step8;
    call.begin().matrix(q).address(keyCache).address(valueCache).address(positions);
    call.address(prefixRow).address(prefixLength).address(ownRow).matrix(out).integer(rows);
    shape(call, heads);
    int threads = THREADS + (heads.headDim() + 31) / 32 * 32;
    call.launch((long) rows * heads.key() * ((share + most - 1) / most), threads);
  }

  /**
   * Operands of {@link #attentionGradient}.
   *
   * @param q {@code [N, H·d]}, as out, dOut and dq
   * @param k {@code [N, Hk·d]}, as v, dk and dv
   * @param v values
   * @param out what {@link #attention} wrote
   * @param lse what it wrote, {@code [N, H]}
   * @param dOut gradient of out
   * @param delta {@code [N, H]}, scratch
   * @param dq overwritten, as dk and dv
   * @param dk gradient of k
   * @param dv gradient of v
   * @param dkParts {@code [partRows, Hk·d]}, scratch, as dvParts
   * @param dvParts parts of dv
   */
  public record Gradient(
      DeviceMatrix q,
      DeviceMatrix k,
      DeviceMatrix v,
      DeviceMatrix out,
      DeviceMatrix lse,
      DeviceMatrix dOut,
      DeviceMatrix delta,
      DeviceMatrix dq,
      DeviceMatrix dk,
      DeviceMatrix dv,
      DeviceMatrix dkParts,
      DeviceMatrix dvParts) {}

  /** Gradients of {@link #attention}: dq, dk and dv of all rows of the batch are overwritten. */
  public void attentionGradient(Gradient of, Batch batch, int tokens) {
    Heads heads = batch.heads();
    checkHeads(heads);
    int columns = heads.query() * heads.headDim();
    int keyColumns = heads.key() * heads.headDim();
    checkAligned("q", of.q, columns);
    checkAligned("k", of.k, keyColumns);
    checkAligned("v", of.v, keyColumns);
    checkAligned("out", of.out, columns);
    checkAligned("dOut", of.dOut, columns);
    checkAligned("dq", of.dq, columns);
    checkAligned("dk", of.dk, keyColumns);
    checkAligned("dv", of.dv, keyColumns);
    checkAligned("dkParts", of.dkParts, keyColumns);
    checkAligned("dvParts", of.dvParts, keyColumns);
    Elements.check("dkParts", of.dkParts, batch.partRows(), keyColumns);
    Elements.check("dvParts", of.dvParts, batch.partRows(), keyColumns);
    Elements.check("delta", of.delta, tokens, heads.query());

    delta.begin().matrix(of.out).matrix(of.dOut).matrix(of.delta);
    delta.integer(tokens).integer(heads.query()).integer(heads.headDim());
    delta.launch(((long) tokens * heads.query() + THREADS - 1) / THREADS, THREADS);

    Depth depth = Depth.of(heads.headDim());
    Call query = kernels(depth).queryGradient.begin();
    inputs(query, of);
    blocks(query, batch);
    runs(query, batch);
    int blocks = batch.count(Part.BLOCK_ROW);
    shape(query.matrix(of.dq).integer(blocks), heads);
    query.launch((long) blocks * heads.key() * chunks(heads, depth.gradientRows), THREADS);

    Call key = kernels(depth).keyGradient.begin();
    inputs(key, of);
    blocks(key, batch);
    for (Part part : EnumSet.range(Part.TILE_ROW, Part.TILE_PART)) {
      key.address(batch.address(part));
    }
    shape(key.matrix(of.dk).matrix(of.dv).matrix(of.dkParts).matrix(of.dvParts), heads);
    int pieces = AttentionArrays.TILE / depth.gradientKeys;
    key.launch((long) batch.count(Part.TILE_ROW) * heads.key() * pieces, THREADS);

    addParts(of.dkParts, batch, of.dk, keyColumns);
    addParts(of.dvParts, batch, of.dv, keyColumns);
  }

  private static void inputs(Call call, Gradient of) {
    call.matrix(of.q).matrix(of.k).matrix(of.v).matrix(of.dOut).matrix(of.lse).matrix(of.delta);
  }

  private void addParts(DeviceMatrix parts, Batch batch, DeviceMatrix to, int columns) {
    rows.sumRows(
        parts,
        batch.address(Part.SUM_START),
        batch.address(Part.SUM_MEMBER),
        batch.address(Part.SUM_TARGET),
        to,
        batch.count(Part.SUM_TARGET),
        columns);
  }
}
